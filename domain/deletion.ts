import { credentialReference } from './credential.ts'
import type { EncryptedBackupKey } from './encrypted-backup-key.ts'
import type { Factor, FactorId, MainFactor, SyncFactor } from './factor.ts'

/** A deletion by a sync factor that can be undone for a while: the device may have been stolen. */
export interface Deletion {
  /** The sync factor that made it. Whoever undoes the deletion distrusts this factor, and takes it off. */
  readonly deletedBy: FactorId
  /** Seconds since the epoch. From then on the deletion is final, whether or not it has been swept. */
  readonly recoverableUntil: number
}

/** A factor that was removed, as it was then. Until that is final its credential stays reserved. */
export type RemovedFactor = RemovedMainFactor | RemovedSyncFactor

export interface RemovedMainFactor extends Deletion {
  readonly scope: 'MAIN'
  readonly factor: MainFactor
  /** That was removed with it. */
  readonly key?: EncryptedBackupKey
}

export interface RemovedSyncFactor extends Deletion {
  readonly scope: 'SYNC'
  readonly factor: SyncFactor
}

/** @param at seconds since the epoch */
export function isFinal({ recoverableUntil }: Deletion, at: number): boolean {
  return at >= recoverableUntil
}

/** What stays recoverable beside a new factor: what is not final by its creation, and is not of the same credential. */
export function removedBeside(
  removedFactors: readonly RemovedFactor[],
  { credential, createdAt }: Factor,
): readonly RemovedFactor[] {
  const reference = credentialReference(credential)
  return removedFactors.filter(
    (removed) => !isFinal(removed, createdAt) && credentialReference(removed.factor.credential) !== reference,
  )
}
