import { DomainError } from '../domain/domain-error.ts'
import type { JsonObject } from '../domain/json.ts'
import { challengeOf, type Challenge, type ChallengeType } from './challenge.ts'
import type { ChallengeContext, ChallengeOperation, ContextOf } from './challenge-context.ts'
import type { Consumption } from './ports/backup-index.ts'
import { unixSeconds, type Clock } from './ports/clock.ts'
import type { Random } from './ports/random.ts'
import type { TokenSealer } from './ports/token-sealer.ts'
import { refusedToken, type TokenFault } from './refused-token.ts'

/** Seconds. */
export const CHALLENGE_LIFETIME = 15 * 60

/**
 * Seconds for which a consumption outlives what it consumes: however far the clocks of two instances are apart, within
 * this, no instance forgets a use while another still accepts the token.
 */
export const CONSUMPTION_MARGIN = 60 * 60

/**
 * To be raised when a statement that another release seals would be misread: tokens of two releases meet while one replaces
 * the other. A new operation alone needs no new format: who does not know it refuses it as another one than was asked for.
 */
const STATEMENT_FORMAT = 1

export interface IssuedChallenge {
  readonly challenge: Challenge
  readonly token: string
}

/** A challenge that came back in time, whatever it was issued for. */
export interface ReturnedChallenge {
  readonly type: string
  readonly challenge: Challenge
  readonly context: ChallengeContext
  readonly consumption: Consumption
}

/** A challenge that came back in time, for the right operation, to be answered the right way. */
export interface OpenedChallenge<Operation extends ChallengeOperation = ChallengeOperation> {
  readonly challenge: Challenge
  readonly context: ContextOf<Operation>
  readonly consumption: Consumption
}

/** Hands out challenges as sealed tokens and recognises them when they return: no state is kept of those unused. */
export class Challenges {
  readonly #sealer: TokenSealer
  readonly #clock: Clock
  readonly #random: Random

  constructor(sealer: TokenSealer, clock: Clock, random: Random) {
    this.#sealer = sealer
    this.#clock = clock
    this.#random = random
  }

  async issue(
    type: ChallengeType,
    context: ChallengeContext,
    challenge = this.#random.challenge(),
  ): Promise<IssuedChallenge> {
    const issuedAt = unixSeconds(this.#clock)
    const token = await this.#sealer.seal({
      purpose: 'challenge',
      id: this.#random.uuid(),
      issuedAt,
      expiresAt: issuedAt + CHALLENGE_LIFETIME,
      statement: { format: STATEMENT_FORMAT, type, challenge, context: { ...context } },
    })
    return { challenge, token }
  }

  /** @throws {DomainError} `jwt_error`, `unexpected_challenge_type`, `invalid_challenge_context` */
  async open<Operation extends ChallengeOperation>(
    token: string,
    type: ChallengeType,
    operation: Operation,
  ): Promise<OpenedChallenge<Operation>> {
    const returned = await this.unseal(token)
    requireType(returned, type)
    return requireContext(returned, operation)
  }

  /**
   * The first of the three checks of `open`, for requests with two challenges: each check is made of both before the next
   * is made of either.
   * @throws {DomainError} `jwt_error`
   */
  async unseal(token: string): Promise<ReturnedChallenge> {
    const opened = await this.#sealer.open('challenge', token, unixSeconds(this.#clock))
    if (opened.outcome !== 'valid') throw refused(opened.outcome)
    const consumption = { key: `challenge#${opened.id}`, expiresAt: opened.expiresAt + CONSUMPTION_MARGIN }
    return { ...parseStatement(opened.statement), consumption }
  }
}

/** The second. @throws {DomainError} `unexpected_challenge_type` */
export function requireType(returned: ReturnedChallenge, type: ChallengeType): void {
  if (returned.type === type) return
  throw new DomainError('unexpected_challenge_type', 'this challenge is to be answered by another kind of factor')
}

/** The third. @throws {DomainError} `invalid_challenge_context` */
export function requireContext<Operation extends ChallengeOperation>(
  { challenge, context, consumption }: ReturnedChallenge,
  operation: Operation,
): OpenedChallenge<Operation> {
  if (isContextOf(context, operation)) return { challenge, context, consumption }
  const cause = new Error('the challenge was issued for another operation')
  throw new DomainError('invalid_challenge_context', 'this challenge was issued for something else', { cause })
}

type Statement = Omit<ReturnedChallenge, 'consumption'>

/** What we sealed ourselves has our shape, unless another release sealed it: then its format is another. */
function parseStatement({ format, type, challenge, context }: JsonObject): Statement {
  if (format === STATEMENT_FORMAT && typeof type === 'string' && typeof challenge === 'string' && isContext(context)) {
    return { type, challenge: challengeOf(challenge), context }
  }
  throw refused('not-understood')
}

function refused(fault: TokenFault): DomainError {
  return new DomainError('jwt_error', 'the challenge token is invalid or has expired', { cause: refusedToken(fault) })
}

function isContext(context: unknown): context is ChallengeContext {
  return typeof context === 'object' && context !== null && 'operation' in context
}

function isContextOf<Operation extends ChallengeOperation>(
  context: ChallengeContext,
  operation: Operation,
): context is ContextOf<Operation> {
  return context.operation === operation
}
