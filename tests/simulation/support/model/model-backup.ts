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
}

export function factorsOf(backup: ModelBackup, scope: FactorScope): readonly ModelFactor[] {
  return scope === 'MAIN' ? backup.mainFactors : backup.syncFactors
}

export function holds(backup: ModelBackup | undefined, { scope, credential }: FactorReference): boolean {
  return backup !== undefined && factorsOf(backup, scope).some((factor) => factor.credential === credential)
}
