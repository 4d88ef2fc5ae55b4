import type { BackupId } from './backup-id.ts'
import type { Deletion, RemovedFactor } from './deletion.ts'
import type { EncryptedBackupKey } from './encrypted-backup-key.ts'
import type { MainFactor, SyncFactor } from './factor.ts'
import type { ManifestHash } from './manifest-hash.ts'
import type { SealedBlob } from './sealed-blob.ts'

export const MAX_MAIN_FACTORS = 10
export const MAX_SYNC_FACTORS = 25

/** All that a backup is, as plain data. */
export interface BackupState {
  readonly id: BackupId
  /** A UUID minted at creation: tells this backup from an earlier one of the same id. */
  readonly incarnation: string
  /** From 1 to {@link MAX_MAIN_FACTORS}. */
  readonly mainFactors: readonly MainFactor[]
  /** Up to {@link MAX_SYNC_FACTORS}. */
  readonly syncFactors: readonly SyncFactor[]
  /** At most one of each kind. */
  readonly keys: readonly EncryptedBackupKey[]
  readonly manifestHash: ManifestHash
  /** What `manifestHash` is the hash of. */
  readonly blob: SealedBlob
  /** Earlier blobs, newest first, kept so that a reader who started before a sync still finishes. */
  readonly supersededBlobs: readonly SealedBlob[]
  /** Of the whole backup: to all but those who may undo it, there is none any more. */
  readonly deletion: Deletion | undefined
  /** In the order of their removal. With the factors of their scope never more than the limit of that scope. */
  readonly removedFactors: readonly RemovedFactor[]
}
