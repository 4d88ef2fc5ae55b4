import type { CredentialKind } from './credential.ts'

/** The backup's key, sealed by something only its owner has. Opaque here: stored, compared and returned, never opened. */
export type EncryptedBackupKey = PrfKey | ICloudKey | TurnkeyKey

/** Sealed by the PRF output of a passkey (WebAuthn Level 3 §10.1.4). */
export interface PrfKey {
  readonly kind: 'PRF'
  readonly encryptedKey: string
}

/** Sealed by a key that iCloud keeps for its owner. */
export interface ICloudKey {
  readonly kind: 'ICLOUD'
  readonly encryptedKey: string
}

/** Sealed by a key that Turnkey releases to the owner's OIDC account. */
export interface TurnkeyKey {
  readonly kind: 'TURNKEY'
  readonly encryptedKey: string
  readonly turnkeyAccountId: string
  readonly turnkeyUserId: string
  readonly turnkeyPrivateKeyId: string
}

/** Which kind of factor cannot recover anything without which kind of key. */
export const FACTOR_SERVED_BY: Readonly<Record<EncryptedBackupKey['kind'], CredentialKind>> = {
  PRF: 'PASSKEY',
  ICLOUD: 'EC_KEYPAIR',
  TURNKEY: 'OIDC_ACCOUNT',
}

/** Whether both are the same key, member by member. */
export function sameKey(left: EncryptedBackupKey, right: EncryptedBackupKey): boolean {
  if (left.kind !== right.kind || left.encryptedKey !== right.encryptedKey) return false
  if (left.kind !== 'TURNKEY' || right.kind !== 'TURNKEY') return true
  return (
    left.turnkeyAccountId === right.turnkeyAccountId &&
    left.turnkeyUserId === right.turnkeyUserId &&
    left.turnkeyPrivateKeyId === right.turnkeyPrivateKeyId
  )
}
