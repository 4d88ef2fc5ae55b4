import type { RequestListener } from 'node:http'
import express, { type ErrorRequestHandler } from 'express'
import type { EventLog } from '../../application/ports/event-log.ts'
import type { Metrics } from '../shared/metrics.ts'
import { addressRateLimit } from './overload/address-rate-limit.ts'
import { attestation, type AttestationPolicy } from './attestation.ts'
import { bodyAdmission, releaseBody } from './overload/body-admission.ts'
import { bodyDeadline } from './body/body-deadline.ts'
import { MAX_JSON_BYTES, maxBodyBytes } from './body/body-limits.ts'
import { refusalOf } from './errors/error-response.ts'
import { jsonBody } from './body/json-body.ts'
import { knownOperations, pathsTaking } from './contract/known-operations.ts'
import { LoadShedding, type LoadSheddingOptions } from './overload/load-shedding.ts'
import { logRefusal } from './observation/log-refusal.ts'
import { logRequests } from './observation/log-requests.ts'
import { measureRequests } from './observation/measure-requests.ts'
import type { OpenApiDocument } from './contract/openapi-document.ts'
import { refuse } from './errors/refuse.ts'
import { setCommonHeaders } from './request-context.ts'
import { ignoreConditions, requireHost, requirePlainBody } from './request-head.ts'
import { requestValidation } from './contract/request-validation.ts'
import { backupRoutes } from './routes/backup-routes.ts'
import { challengeRoutes } from './routes/challenge-routes.ts'
import { factorRoutes } from './routes/factor-routes.ts'
import { operationalRoutes, type ServiceIdentity } from './routes/operational-routes.ts'
import { translateValidatorError } from './contract/translate-validator-error.ts'
import { UploadReader } from './body/upload-reader.ts'
import type { UseCases } from './use-cases.ts'

export interface AppOptions {
  readonly identity: ServiceIdentity
  /** Whether /docs and the OpenAPI documents are served. */
  readonly documented: boolean
  readonly maxBackupBytes: number
  /** Bytes of multipart bodies that are admitted at once; at least {@link maxBodyBytes}. */
  readonly maxUploadBytesInFlight: number
  /** Requests per client address and minute; as many as come where absent. */
  readonly rateLimitPerMinute: number | undefined
  /** None where absent. */
  readonly loadShedding: LoadSheddingOptions | undefined
  readonly metrics: Metrics
  /** Milliseconds for a body to arrive, see {@link bodyDeadline}, and for a backup to be taken. */
  readonly requestTimeout: number
  readonly attestation: AttestationPolicy
  /** As `trust proxy` of express: hops or subnets in front. */
  readonly trustProxy: number | readonly string[] | false
}

/** The contract over HTTP: openapi.yaml says what a request must be, the use cases what becomes of it. */
export function createApp(
  useCases: UseCases,
  document: OpenApiDocument,
  log: EventLog,
  options: AppOptions,
): RequestListener {
  const { maxBackupBytes, requestTimeout, maxUploadBytesInFlight, rateLimitPerMinute, metrics } = options
  const maxBytes = maxBodyBytes(maxBackupBytes)
  const app = express().disable('x-powered-by').disable('etag')
  app.set('trust proxy', options.trustProxy)

  const shedding = options.loadShedding && new LoadShedding(options.loadShedding, metrics, log)
  const drainLimits = { maxBytes, maxMilliseconds: requestTimeout }

  app.use(setCommonHeaders, logRequests(log), measureRequests(metrics, document))
  app.use(requireHost, ignoreConditions)
  app.use(operationalRoutes(useCases, options.identity, document, options.documented))
  app.use(knownOperations(document))
  if (rateLimitPerMinute !== undefined) app.use(addressRateLimit(rateLimitPerMinute, metrics, log))
  app.use(requirePlainBody(maxBytes))
  app.use(
    bodyAdmission(
      {
        uploadBytesInFlight: maxUploadBytesInFlight,
        maxUploadBytes: maxBytes,
        maxJsonBytes: MAX_JSON_BYTES,
        requestTimeout,
      },
      metrics,
    ),
  )
  app.use(bodyDeadline(requestTimeout))
  app.post(pathsTaking(document, 'application/json'), jsonBody(MAX_JSON_BYTES))
  app.use(requestValidation(document))

  const attested = attestation(options.attestation, log)
  const uploads = new UploadReader(document, {
    maxBodyBytes: maxBytes,
    maxPayloadBytes: MAX_JSON_BYTES,
    maxBackupBytes,
  })
  app.use(
    document.base,
    challengeRoutes(useCases),
    factorRoutes(useCases, attested),
    backupRoutes(useCases, uploads, attested, requestTimeout),
  )

  const answerError: ErrorRequestHandler = (thrown: unknown, request, response, _next) => {
    const error = translateValidatorError(thrown)
    response.locals.errorCode = refusalOf(error).code
    logRefusal(log, 'request', response, error)
    if (response.headersSent) {
      response.destroy() // a response that breaks off must not look whole
      return
    }
    releaseBody(request) // what still comes of it is thrown away
    refuse(request, response, error, drainLimits)
  }
  app.use(answerError)
  return shedding === undefined ? app : shedding.guard(app, `${document.base}/`, drainLimits)
}
