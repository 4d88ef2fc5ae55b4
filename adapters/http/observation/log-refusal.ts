import type { Response } from 'express'
import type { EventLog } from '../../../application/ports/event-log.ts'
import { StoreBusy } from '../../shared/bulkhead.ts'
import { refusalOf, STATUS_OF } from '../errors/error-response.ts'
import { Overloaded } from '../errors/overloaded.ts'
import { requestIdOf } from '../request-context.ts'

const MAX_REASON_LENGTH = 300

/**
 * Tells the operator what the client is not told: all of a failure, and why somebody was refused. Of that only the
 * message of the cause, which whoever refuses keeps free of what was sent; nothing where the code of the request, which
 * is logged in any case, says it all.
 * @param what begins the name of the event: in attestation's report mode a request goes on that was not attested
 */
export function logRefusal(log: EventLog, what: 'request' | 'attestation', response: Response, error: unknown): void {
  const { code } = refusalOf(error)
  const fields = { requestId: requestIdOf(response), code }
  if (STATUS_OF[code] >= 500) {
    if (!isIntended(error)) log.error(`${what}_failed`, fields, error)
    return
  }
  const reason = reasonOf(error)
  if (what === 'attestation' || reason !== undefined) log.debug(`${what}_refused`, { ...fields, reason })
}

/** Nothing failed: it was too much, which the metrics tell. */
function isIntended(error: unknown): boolean {
  return error instanceof Overloaded || error instanceof StoreBusy
}

function reasonOf(error: unknown): string | undefined {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error ? cause.message.slice(0, MAX_REASON_LENGTH) : undefined
}
