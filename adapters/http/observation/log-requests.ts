import type { RequestHandler } from 'express'
import type { EventLog } from '../../../application/ports/event-log.ts'
import { arrivalOf } from './arrival.ts'
import { requestIdOf } from '../request-context.ts'

/** One line a request, when it is over: what was asked and what came of it, and nothing that was sent. */
export function logRequests(log: EventLog): RequestHandler {
  return (request, response, next) => {
    const startedAt = arrivalOf(request)
    const { method, path } = request
    response.once('close', () => {
      log.info('request', {
        requestId: requestIdOf(response),
        method,
        path: path.slice(0, 200),
        // What was never sent is no status, whatever the response is prepared to say.
        status: response.headersSent ? response.statusCode : undefined,
        code: typeof response.locals.errorCode === 'string' ? response.locals.errorCode : undefined,
        outcome: response.writableFinished ? 'answered' : 'broken_off',
        milliseconds: Math.round(performance.now() - startedAt),
      })
    })
    next()
  }
}
