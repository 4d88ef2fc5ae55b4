import type {
  BackupIndex,
  Commit,
  CommitOutcome,
  ListedEntry,
  StoredBackup,
} from '../../../../application/ports/backup-index.ts'
import type { BackupId } from '../../../../domain/backup-id.ts'
import type { FactorReference } from '../../../../domain/factor.ts'

/** Passes every call on, for a bug to change one of them. */
export class WrappedIndex implements BackupIndex {
  protected readonly inner: BackupIndex

  constructor(inner: BackupIndex) {
    this.inner = inner
  }

  findByFactor(reference: FactorReference): Promise<BackupId | undefined> {
    return this.inner.findByFactor(reference)
  }

  load(id: BackupId): Promise<StoredBackup | undefined> {
    return this.inner.load(id)
  }

  commit(commit: Commit): Promise<CommitOutcome> {
    return this.inner.commit(commit)
  }

  list(): AsyncIterable<ListedEntry> {
    return this.inner.list()
  }

  checkReadiness(): Promise<void> {
    return this.inner.checkReadiness()
  }
}
