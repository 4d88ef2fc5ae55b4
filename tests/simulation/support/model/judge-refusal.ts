import { STATUS_OF } from '../../../../adapters/http/errors/error-response.ts'
import { HttpError } from '../../../../adapters/http/errors/http-error.ts'
import { DomainError } from '../../../../domain/domain-error.ts'
import type { Attempt } from '../engine/attempt.ts'
import { REASONS } from './refusal-reasons.ts'
import { Violation } from './violation.ts'
import type { Witness } from './witness.ts'

/** @throws {Violation} for an error that no client should ever meet */
export function requireDocumented(error: unknown): string {
  if ((error instanceof DomainError || error instanceof HttpError) && error.code in STATUS_OF) return error.code
  throw new Violation(7, `an error that is no refusal: ${error instanceof Error ? error.message : String(error)}`)
}

/** @throws {Violation} when what was refused had an effect, or was refused without a reason */
export function judgeRefusal(attempt: Attempt, code: string, witness: Witness): void {
  const { kind } = attempt.request
  if (code === 'unavailable') {
    if (!attempt.disturbed) throw new Violation(1, `#${attempt.id} ${kind} was unavailable without any fault`)
    return
  }
  if (attempt.consumed || (attempt.effects > 0 && kind !== 'retrieve')) {
    throw new Violation(3, `#${attempt.id} ${kind} was refused (${code}), and had an effect`)
  }
  const reason = REASONS.get(code)
  if (reason === undefined)
    throw new Violation(7, `#${attempt.id} ${kind} was refused (${code}), which nothing calls for`)
  if (!reason.holds(attempt, witness)) {
    throw new Violation(reason.invariant, `#${attempt.id} ${kind} was refused (${code}) without a reason`)
  }
}
