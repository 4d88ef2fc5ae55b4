import type { BackupIndex, Commit, CommitOutcome, StoredBackup } from '../../../../application/ports/backup-index.ts'
import type { BlobStore } from '../../../../application/ports/blob-store.ts'
import type { BackupState } from '../../../../domain/backup-state.ts'
import { Backup } from '../../../../domain/backup.ts'
import type { BackupId } from '../../../../domain/backup-id.ts'
import type { FactorReference } from '../../../../domain/factor.ts'
import { WrappedIndex } from './wrapped-index.ts'

/** Makes something else of every backup that a deletion, or its undoing, leads to. */
abstract class ChangingOutcomes extends WrappedIndex {
  protected abstract changed(before: BackupState, after: BackupState): BackupState

  override commit(commit: Commit): Promise<CommitOutcome> {
    const { change } = commit
    if (change?.kind !== 'replace') return this.inner.commit(commit)
    const after = Backup.restore(this.changed(change.before.backup.state, change.after.state))
    return this.inner.commit({ ...commit, change: { ...change, after } })
  }
}

/** Lets the sync factor that deleted the backup go on. */
export class KeepingDeleters extends ChangingOutcomes {
  protected override changed({ deletion, syncFactors }: BackupState, after: BackupState): BackupState {
    if (deletion === undefined || after.deletion !== undefined) return after
    const deleters = syncFactors.filter(({ id }) => id === deletion.deletedBy)
    return { ...after, syncFactors: [...deleters, ...after.syncFactors] }
  }
}

/** Gives the backup back, and the sync factors, but no main factor that was removed. */
export class ForgettingRemovals extends ChangingOutcomes {
  protected override changed(before: BackupState, after: BackupState): BackupState {
    if (after.removedFactors.length > 0) return after
    const lost = new Set(before.removedFactors.map(({ factor }) => factor.id))
    return { ...after, mainFactors: after.mainFactors.filter(({ id }) => !lost.has(id)) }
  }
}

/** A store that takes the row of a factor that is removed, though it may come back. */
export class DroppingRowsAtOnce extends WrappedIndex {
  override async findByFactor(reference: FactorReference): Promise<BackupId | undefined> {
    const id = await this.inner.findByFactor(reference)
    const stored = id === undefined ? undefined : await this.inner.load(id)
    return stored?.backup.hasRemoved(reference) === true ? undefined : id
  }
}

/** Takes a deleted backup for one that is not, as long as it is kept. */
export class OverlookingDeletions extends WrappedIndex {
  override async load(id: BackupId): Promise<StoredBackup | undefined> {
    const stored = await this.inner.load(id)
    return stored && { ...stored, backup: Backup.restore({ ...stored.backup.state, deletion: undefined }) }
  }
}

/** Removes the content of a deleted backup, though it may be asked for again. */
export class RemovingContentAtOnce extends WrappedIndex {
  readonly #blobs: BlobStore

  constructor(inner: BackupIndex, blobs: BlobStore) {
    super(inner)
    this.#blobs = blobs
  }

  override async commit(commit: Commit): Promise<CommitOutcome> {
    const outcome = await this.inner.commit(commit)
    const { change } = commit
    if (outcome === 'committed' && change?.kind === 'replace' && change.after.isDeleted) {
      for (const { key } of change.after.blobs()) await this.#blobs.delete(key)
    }
    return outcome
  }
}
