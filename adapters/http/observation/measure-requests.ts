import type { RequestHandler } from 'express'
import type { Metrics } from '../../shared/metrics.ts'
import { arrivalOf } from './arrival.ts'
import type { OpenApiDocument } from '../contract/openapi-document.ts'

/** Measures each request when it is over. Paths are those of the document: what clients make up is `other`. */
export function measureRequests(
  metrics: Metrics,
  { base, operations, operationalPaths }: OpenApiDocument,
): RequestHandler {
  const nameOf = (path: string): string => {
    if (operations.has(path)) return path.slice(base.length)
    return operationalPaths.has(path) ? path : 'other'
  }
  return (request, response, next) => {
    const startedAt = arrivalOf(request)
    const operation = nameOf(request.path)
    response.once('close', () => {
      const { errorCode } = response.locals
      metrics.requestEnded({
        operation,
        // What was never sent is no status, whatever the response is prepared to say.
        status: response.headersSent ? response.statusCode : undefined,
        code: typeof errorCode === 'string' ? errorCode : response.writableFinished ? 'ok' : 'broken_off',
        seconds: (performance.now() - startedAt) / 1000,
      })
    })
    next()
  }
}
