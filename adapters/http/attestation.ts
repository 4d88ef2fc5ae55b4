import type { RequestHandler } from 'express'
import type { EventLog } from '../../application/ports/event-log.ts'
import type { RequestAttestor } from '../../application/ports/request-attestor.ts'
import type { JsonValue } from '../../domain/json.ts'
import { refusalOf } from './errors/error-response.ts'
import { logRefusal } from './observation/log-refusal.ts'

/** What becomes of a request that is not attested: nothing, a word in the response, or a refusal. */
export type AttestationPolicy =
  { readonly mode: 'off' } | { readonly mode: 'report' | 'enforce'; readonly attestor: RequestAttestor }

/** Wants a request attested, for the operations that a stolen proof would be used for. */
export function attestation(policy: AttestationPolicy, log: EventLog): RequestHandler {
  return async (request, response, next) => {
    if (policy.mode === 'off') {
      next()
      return
    }
    try {
      await policy.attestor.attest(request.get('attestation-token'), {
        method: request.method,
        path: `${request.baseUrl}${request.path}`,
        body: (request.body ?? null) as JsonValue,
      })
    } catch (error) {
      if (policy.mode === 'enforce') throw error
      logRefusal(log, 'attestation', response, error)
      response.set('attestation-failure', refusalOf(error).code)
    }
    next()
  }
}
