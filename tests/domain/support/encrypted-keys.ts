import type { ICloudKey, PrfKey, TurnkeyKey } from '../../../domain/encrypted-backup-key.ts'

export function prfKey(encryptedKey = 'sealed by a passkey'): PrfKey {
  return { kind: 'PRF', encryptedKey }
}

export function iCloudKey(encryptedKey = 'sealed by iCloud'): ICloudKey {
  return { kind: 'ICLOUD', encryptedKey }
}

export function turnkeyKey(change: Partial<TurnkeyKey> = {}): TurnkeyKey {
  return {
    kind: 'TURNKEY',
    encryptedKey: 'sealed by Turnkey',
    turnkeyAccountId: 'account',
    turnkeyUserId: 'user',
    turnkeyPrivateKeyId: 'private key',
    ...change,
  }
}
