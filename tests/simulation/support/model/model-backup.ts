import type { BackupId } from '../../../../domain/backup-id.ts'
import type { CredentialReference } from '../../../../domain/credential.ts'
import type { EncryptedBackupKey } from '../../../../domain/encrypted-backup-key.ts'
import type { FactorReference, FactorScope } from '../../../../domain/factor.ts'
import type { ManifestHash } from '../../../../domain/manifest-hash.ts'

export interface ModelFactor {
  /** Learned from the service, which mints it. */
  readonly id: string
  readonly credential: CredentialReference
  /** Of a passkey; 0 for everything else. */
  readonly counter: number
}

/** What somebody deleted and somebody may undo. */
export interface ModelDeletion {
  /** The id of the sync factor. */
  readonly deletedBy: string
  /** Seconds since the epoch, by the clock of whoever looks. */
  readonly recoverableUntil: number
}

export interface ModelRemoval extends ModelDeletion {
  readonly scope: FactorScope
  readonly factor: ModelFactor
  /** That went with it. */
  readonly key: EncryptedBackupKey | undefined
}

/** A backup as it must be, put together from what clients asked for. */
export interface ModelBackup {
  readonly id: BackupId
  /** The attempt that created it: tells it from an earlier one of the same id. */
  readonly incarnation: number
  /** Of the commit that led here. */
  readonly revision: string
  readonly mainFactors: readonly ModelFactor[]
  readonly syncFactors: readonly ModelFactor[]
  readonly keys: readonly EncryptedBackupKey[]
  readonly hash: ManifestHash
  readonly content: Uint8Array
  /** The key under which the content lies. */
  readonly blob: string
  /** Those of earlier contents, for readers who began before. */
  readonly superseded: readonly string[]
  /** Of the whole backup. */
  readonly deletion: ModelDeletion | undefined
  /** Oldest first. */
  readonly removed: readonly ModelRemoval[]
}

/** What everybody sees of it but those who undo its deletion. */
export function seenOf(backup: ModelBackup | undefined): ModelBackup | undefined {
  return backup?.deletion === undefined ? backup : undefined
}

export function factorsOf(backup: ModelBackup, scope: FactorScope): readonly ModelFactor[] {
  return scope === 'MAIN' ? backup.mainFactors : backup.syncFactors
}

export function holds(backup: ModelBackup | undefined, { scope, credential }: FactorReference): boolean {
  return backup !== undefined && factorsOf(backup, scope).some((factor) => factor.credential === credential)
}

/** Whether the credential has a row to the backup: as a factor of it, or as one that may come back. */
export function reserves(backup: ModelBackup | undefined, reference: FactorReference): boolean {
  const { scope, credential } = reference
  const isRemoved = backup?.removed.some(
    (removed) => removed.scope === scope && removed.factor.credential === credential,
  )
  return holds(backup, reference) || isRemoved === true
}
