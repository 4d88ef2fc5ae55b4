import type { BackupState } from '../../../domain/backup-state.ts'
import { Backup } from '../../../domain/backup.ts'
import { parseBackupId } from '../../../domain/backup-id.ts'
import { blobKey } from '../../../domain/blob-key.ts'
import { parseManifestHash, type ManifestHash } from '../../../domain/manifest-hash.ts'
import type { SealedBlob } from '../../../domain/sealed-blob.ts'
import { prfKey } from './encrypted-keys.ts'
import { deepFreeze } from './deep-freeze.ts'
import { ecKeypair, factor, passkey } from './factors.ts'

export const BACKUP_ID = parseBackupId(`backup_account_02${'5e'.repeat(32)}`)

/** One passkey with its key, one sync keypair, never synced since it was made. */
export function backupState(change: Partial<BackupState> = {}): BackupState {
  return {
    id: BACKUP_ID,
    incarnation: '1d4c1f5e-6f0a-4c9e-9c49-0f6f7b1f3f10',
    mainFactors: [factor(1, passkey(1))],
    syncFactors: [factor(2, ecKeypair(2))],
    keys: [prfKey()],
    manifestHash: manifestHash(1),
    blob: sealedBlob(1),
    supersededBlobs: [],
    deletion: undefined,
    removedFactors: [],
    ...change,
  }
}

/** Frozen throughout, so that an operation that wrote into it would throw. */
export function backup(change: Partial<BackupState> = {}): Backup {
  return Backup.restore(deepFreeze(backupState(change)))
}

export function manifestHash(n: number): ManifestHash {
  return parseManifestHash(n.toString(16).padStart(64, '0'))
}

export function sealedBlob(n: number): SealedBlob {
  return { key: blobKey(BACKUP_ID, `blob-${n}`), size: n, sha256: n.toString(16).padStart(64, 'f') }
}
