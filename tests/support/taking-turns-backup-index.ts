import type {
  BackupIndex,
  Commit,
  CommitOutcome,
  ListedEntry,
  StoredBackup,
} from '../../application/ports/backup-index.ts'
import type { BackupId } from '../../domain/backup-id.ts'
import type { FactorReference } from '../../domain/factor.ts'

/** Several instances over one store, each call made on the next: nothing may depend on what one of them remembers. */
export class TakingTurnsBackupIndex implements BackupIndex {
  readonly #instances: readonly BackupIndex[]
  #turn = 0

  constructor(instances: readonly BackupIndex[]) {
    this.#instances = instances
  }

  findByFactor(reference: FactorReference): Promise<BackupId | undefined> {
    return this.#next().findByFactor(reference)
  }

  load(id: BackupId): Promise<StoredBackup | undefined> {
    return this.#next().load(id)
  }

  commit(commit: Commit): Promise<CommitOutcome> {
    return this.#next().commit(commit)
  }

  list(): AsyncIterable<ListedEntry> {
    return this.#next().list()
  }

  async checkReadiness(): Promise<void> {
    await Promise.all(this.#instances.map((instance) => instance.checkReadiness()))
  }

  #next(): BackupIndex {
    const instance = this.#instances[this.#turn % this.#instances.length]
    this.#turn += 1
    if (instance === undefined) throw new Error('there are no instances')
    return instance
  }
}
