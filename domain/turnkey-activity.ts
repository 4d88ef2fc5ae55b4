import { DomainError } from './domain-error.ts'
import { isJsonObject, type JsonObject } from './json.ts'

const ACTIVITY_TYPE = 'ACTIVITY_TYPE_CREATE_API_KEYS_V2'
const MAX_AGE = 5 * 60_000 // milliseconds
const MAX_AHEAD = 30_000 // milliseconds

/** What of a Turnkey activity counts here, checked except for the organisation, which only the backup knows. */
export interface TurnkeyActivity {
  readonly organizationId: string
}

/**
 * Reads the activity text that a passkey stamped for both Turnkey and this service.
 * @param text the exact JSON text whose SHA-256 the passkey asserts
 * @param challenge what `metadata.challenge` must be, as it was handed out
 * @param now milliseconds since the epoch
 * @throws {DomainError} `missing_turnkey_activity`, `invalid_turnkey_activity`, `turnkey_activity_error`, `invalid_challenge`
 */
export function parseTurnkeyActivity(text: string, challenge: string, now: number): TurnkeyActivity {
  if (text === '') throw new DomainError('missing_turnkey_activity', 'the Turnkey activity is empty')
  const { type, timestampMs, organizationId, metadata } = parseObject(text)
  if (typeof timestampMs !== 'string' || !/^[0-9]{1,16}$/.test(timestampMs)) {
    throw new DomainError('invalid_turnkey_activity', 'timestampMs of the Turnkey activity is not a decimal text')
  }
  if (typeof organizationId !== 'string' || organizationId === '') {
    throw new DomainError('invalid_turnkey_activity', 'organizationId of the Turnkey activity is missing')
  }
  if (type !== ACTIVITY_TYPE) {
    throw new DomainError('turnkey_activity_error', `the Turnkey activity is not of type ${ACTIVITY_TYPE}`)
  }
  const age = now - Number(timestampMs)
  if (age > MAX_AGE || age < -MAX_AHEAD) {
    throw new DomainError('turnkey_activity_error', 'the Turnkey activity is too old or from the future')
  }
  if (!isJsonObject(metadata) || metadata.challenge !== challenge) {
    throw new DomainError('invalid_challenge', 'metadata.challenge of the Turnkey activity is not the challenge given')
  }
  return { organizationId }
}

/** @throws {DomainError} `turnkey_activity_error` when the activity is of another account than the backup's key */
export function requireOrganization({ organizationId }: TurnkeyActivity, turnkeyAccountId: string | undefined): void {
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
