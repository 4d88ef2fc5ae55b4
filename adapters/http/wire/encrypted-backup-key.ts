import type { EncryptedBackupKey } from '../../../domain/encrypted-backup-key.ts'
import type { EncryptedBackupKeyJson } from './requests.ts'

/** Member by member, so that what the contract does not know is not kept. */
export function encryptedBackupKeyOf(json: EncryptedBackupKeyJson): EncryptedBackupKey {
  switch (json.kind) {
    case 'PRF':
    case 'ICLOUD':
      return { kind: json.kind, encryptedKey: json.encryptedKey }
    case 'TURNKEY': {
      const { kind, encryptedKey, turnkeyAccountId, turnkeyUserId, turnkeyPrivateKeyId } = json
      return { kind, encryptedKey, turnkeyAccountId, turnkeyUserId, turnkeyPrivateKeyId }
    }
  }
}
