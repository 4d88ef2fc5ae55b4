import type { Backup, ContentChange } from '../../../domain/backup.ts'
import type { FactorRemoval } from '../../../domain/deletable.ts'
import type { Deletion } from '../../../domain/deletion.ts'
import { DomainError, type DomainErrorCode } from '../../../domain/domain-error.ts'
import type { EncryptedBackupKey } from '../../../domain/encrypted-backup-key.ts'
import type { MainFactor, SyncFactor } from '../../../domain/factor.ts'

/** One change of a backup, as data: the model and the backup are asked for the same. */
export type BackupOperation =
  | { readonly kind: 'add main'; readonly factor: MainFactor; readonly key: EncryptedBackupKey | undefined }
  | { readonly kind: 'add sync'; readonly factor: SyncFactor }
  | { readonly kind: 'remove'; readonly removal: FactorRemoval; readonly deletion: Deletion | undefined }
  | { readonly kind: 'delete'; readonly deletion: Deletion }
  | { readonly kind: 'undelete'; readonly at: number }
  | { readonly kind: 'drop what is final'; readonly at: number }
  | { readonly kind: 'sync'; readonly change: ContentChange }
  | { readonly kind: 'count'; readonly credentialId: string; readonly counter: number }

/** The backup after it, `undefined` if it is gone, or the code of the refusal. */
export function operate(backup: Backup, operation: BackupOperation): Backup | undefined | DomainErrorCode {
  try {
    return perform(backup, operation)
  } catch (error) {
    if (error instanceof DomainError) return error.code
    throw error
  }
}

function perform(backup: Backup, operation: BackupOperation): Backup | undefined {
  switch (operation.kind) {
    case 'add main':
      return backup.withMainFactor(operation.factor, operation.key)
    case 'add sync':
      return backup.withSyncFactor(operation.factor)
    case 'remove':
      return backup.withoutFactor(operation.removal, operation.deletion)
    case 'delete':
      return backup.deleted(operation.deletion)
    case 'undelete':
      return backup.undeleted(operation.at)
    case 'drop what is final':
      return backup.withoutFinalDeletions(operation.at)
    case 'sync':
      return backup.withContent(operation.change)
    case 'count':
      return backup.withSignatureCounter(operation.credentialId, operation.counter)
  }
}
