import { DomainError } from './domain-error.ts'
import { isJsonObject, type JsonObject } from './json.ts'

const ACTIVITY_TYPE = 'ACTIVITY_TYPE_CREATE_API_KEYS_V2'
const MAX_AGE = 5 * 60_000 // milliseconds
const MAX_AHEAD = 30_000 // milliseconds

/** What of a Turnkey activity counts here. Only its form was checked. */
export interface TurnkeyActivity {
  readonly type: unknown
  /** Milliseconds since the epoch. */
  readonly timestamp: number
  readonly organizationId: string
  /** `metadata.challenge` */
  readonly challenge: unknown
}

/**
 * Reads the activity text that a passkey stamped for both Turnkey and this service.
 * @param text the exact JSON text whose SHA-256 the passkey asserts
 * @throws {DomainError} `missing_turnkey_activity`, `invalid_turnkey_activity`
 */
export function parseTurnkeyActivity(text: string): TurnkeyActivity {
  if (text === '') throw new DomainError('missing_turnkey_activity', 'the Turnkey activity is empty')
  const { type, timestampMs, organizationId, metadata } = parseObject(text)
  if (typeof timestampMs !== 'string' || !/^[0-9]{1,16}$/.test(timestampMs)) {
    throw new DomainError('invalid_turnkey_activity', 'timestampMs of the Turnkey activity is not a decimal text')
  }
  if (typeof organizationId !== 'string' || organizationId === '') {
    throw new DomainError('invalid_turnkey_activity', 'organizationId of the Turnkey activity is missing')
  }
  const challenge = isJsonObject(metadata) ? metadata.challenge : undefined
  return { type, timestamp: Number(timestampMs), organizationId, challenge }
}

/**
 * That the activity is one that may stand for this challenge, but for the organization, which only the backup knows.
 * @param challenge as it was handed out
 * @param now milliseconds since the epoch
 * @throws {DomainError} `turnkey_activity_error`, `invalid_challenge`
 */
export function requireActivityFor(activity: TurnkeyActivity, challenge: string, now: number): void {
  if (activity.type !== ACTIVITY_TYPE) {
    throw new DomainError('turnkey_activity_error', `the Turnkey activity is not of type ${ACTIVITY_TYPE}`)
  }
  const age = now - activity.timestamp
  if (age > MAX_AGE || age < -MAX_AHEAD) {
    throw new DomainError('turnkey_activity_error', 'the Turnkey activity is too old or from the future')
  }
  if (activity.challenge !== challenge) {
    throw new DomainError('invalid_challenge', 'metadata.challenge of the Turnkey activity is not the challenge given')
  }
}

/** @throws {DomainError} `turnkey_activity_error` when the activity is of another account than the backup's key */
export function requireOrganization(
  { organizationId }: Pick<TurnkeyActivity, 'organizationId'>,
  turnkeyAccountId: string | undefined,
): void {
  if (turnkeyAccountId !== undefined && turnkeyAccountId !== organizationId) {
    throw new DomainError('turnkey_activity_error', 'the Turnkey activity is of another organization')
  }
}

function parseObject(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text)
    if (isJsonObject(value)) return value
  } catch {
    // Not JSON at all: the same answer as for JSON of another shape.
  }
  throw new DomainError('invalid_turnkey_activity', 'the Turnkey activity is not a JSON object')
}
