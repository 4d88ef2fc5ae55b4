import type { BackupState } from '../../domain/backup-state.ts'
import { Backup } from '../../domain/backup.ts'
import { parseBlobKey } from '../../domain/blob-key.ts'
import type { Credential } from '../../domain/credential.ts'
import { parseEcPublicKey } from '../../domain/ec-public-key.ts'
import type { Deletion } from '../../domain/deletion.ts'
import type { EncryptedBackupKey } from '../../domain/encrypted-backup-key.ts'
import { factorId, type Factor, type SyncFactor } from '../../domain/factor.ts'
import type { SealedBlob } from '../../domain/sealed-blob.ts'
import { storedInteger, storedObject, storedText, type StoredMembers } from './stored-members.ts'

/** @throws {Error} for what no backup ever is, so that the rows or items of it must be damaged */
export function restoreStored(state: BackupState): Backup {
  if (state.mainFactors.length === 0) throw new Error('stored backup has no main factor')
  return Backup.restore(state)
}

/** @throws {Error} */
export function storedSyncFactor({ credential, ...rest }: Factor): SyncFactor {
  if (credential.kind !== 'EC_KEYPAIR') throw new Error('stored sync factor is no keypair')
  return { ...rest, credential }
}

/** Reads what `JSON.stringify` of a credential became. @throws {Error} */
export function readStoredCredential(from: StoredMembers): Credential {
  const kind = storedText(from, 'kind')
  switch (kind) {
    case 'PASSKEY':
      return {
        kind,
        credentialId: storedText(from, 'credentialId'),
        registration: storedObject(from, 'registration'),
        label: from.label === null ? null : storedText(from, 'label'),
        publicKey: storedText(from, 'publicKey'),
        signatureCounter: storedInteger(from, 'signatureCounter'),
      }
    case 'OIDC_ACCOUNT':
      return {
        kind,
        provider: storedText(from, 'provider'),
        subject: storedText(from, 'subject'),
        maskedEmail: storedText(from, 'maskedEmail'),
        turnkeyProviderId: storedText(from, 'turnkeyProviderId'),
      }
    case 'EC_KEYPAIR':
      return { kind, publicKey: parseEcPublicKey(storedText(from, 'publicKey')) }
    default:
      throw new Error('stored credential is of no known kind')
  }
}

/** Reads what `JSON.stringify` of an encrypted key became. @throws {Error} */
export function readStoredKey(from: StoredMembers): EncryptedBackupKey {
  const kind = storedText(from, 'kind')
  const encryptedKey = storedText(from, 'encryptedKey')
  switch (kind) {
    case 'PRF':
    case 'ICLOUD':
      return { kind, encryptedKey }
    case 'TURNKEY':
      return {
        kind,
        encryptedKey,
        turnkeyAccountId: storedText(from, 'turnkeyAccountId'),
        turnkeyUserId: storedText(from, 'turnkeyUserId'),
        turnkeyPrivateKeyId: storedText(from, 'turnkeyPrivateKeyId'),
      }
    default:
      throw new Error('stored encrypted key is of no known kind')
  }
}

/** Reads what `JSON.stringify` of a deletion became, or of more than that. @throws {Error} */
export function readStoredDeletion(from: StoredMembers): Deletion {
  return {
    deletedBy: factorId(storedText(from, 'deletedBy')),
    recoverableUntil: storedInteger(from, 'recoverableUntil'),
  }
}

/** Reads what `JSON.stringify` of a sealed blob became. @throws {Error} */
export function readStoredBlob(from: StoredMembers): SealedBlob {
  return {
    key: parseBlobKey(storedText(from, 'key')),
    size: storedInteger(from, 'size'),
    sha256: storedText(from, 'sha256'),
  }
}
