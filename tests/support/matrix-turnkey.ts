import { agreementBy } from './matrix-backup-parts.ts'
import type { ChallengeWithToken } from './matrix-client.ts'
import { AccountHolder, type PasskeyHolder } from './matrix-holders.ts'

/**
 * The text of an activity as a client makes it for Turnkey, with the challenge of this service in it.
 * @param changes members to add, replace or, where `undefined`, leave out
 */
export function turnkeyActivity(
  { challenge }: ChallengeWithToken,
  changes: Readonly<Record<string, unknown>> = {},
): string {
  return JSON.stringify({
    type: 'ACTIVITY_TYPE_CREATE_API_KEYS_V2',
    timestampMs: String(Date.now()),
    organizationId: AccountHolder.ENCRYPTED_KEY.turnkeyAccountId,
    parameters: { userId: AccountHolder.ENCRYPTED_KEY.turnkeyUserId, apiKeys: [] },
    metadata: { challenge: Buffer.from(challenge, 'base64url').toString('base64') },
    ...changes,
  })
}

/** The agreement of a passkey that stamped the activity in place of the bare challenge. */
export function stampedAgreementBy(
  holder: PasskeyHolder,
  challenge: ChallengeWithToken,
  activity = turnkeyActivity(challenge),
) {
  return {
    ...agreementBy(holder, challenge),
    existingFactorAuthorization: holder.stamp(activity),
    existingFactorTurnkeyActivity: activity,
  }
}
