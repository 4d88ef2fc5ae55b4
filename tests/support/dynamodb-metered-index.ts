import { MemoryBackupIndex } from '../../adapters/memory/memory-backup-index.ts'
import { commitWrites } from '../../adapters/dynamodb/commit-transaction.ts'
import { factorRowItemKey } from '../../adapters/dynamodb/table-layout.ts'
import type {
  BackupIndex,
  Commit,
  CommitOutcome,
  ListedEntry,
  StoredBackup,
} from '../../application/ports/backup-index.ts'
import type { BackupId } from '../../domain/backup-id.ts'
import type { FactorReference } from '../../domain/factor.ts'
import { MeteredTable, type Units } from './dynamodb-metered-table.ts'

/** Adds up what its calls would cost with the items that the DynamoDB adapter makes. */
export class MeteredBackupIndex implements BackupIndex {
  readonly table = new MeteredTable()
  readonly #index = new MemoryBackupIndex()
  #units: Units = { read: 0, write: 0 }

  /** Since the last time this was asked. */
  takeUnits(): Units {
    const units = this.#units
    this.#units = { read: 0, write: 0 }
    return units
  }

  findByFactor(reference: FactorReference): Promise<BackupId | undefined> {
    this.#add(this.table.getUnits(factorRowItemKey(reference)))
    return this.#index.findByFactor(reference)
  }

  load(id: BackupId): Promise<StoredBackup | undefined> {
    this.#add(this.table.queryUnits(id))
    return this.#index.load(id)
  }

  async commit(commit: Commit): Promise<CommitOutcome> {
    const outcome = await this.#index.commit(commit)
    if (outcome !== 'committed') throw new Error(`only what succeeds is metered, not ${outcome}`)
    const [first, ...others] = commitWrites('table', commit)
    if (first === undefined) throw new Error('a commit writes something')
    const alone = commit.change === undefined && others.length === 0
    this.#add(alone ? { read: 0, write: this.table.write(first.item) } : this.table.transact([first, ...others]))
    return outcome
  }

  /** Not metered: a scan is paid for by the bytes of the table, whatever it is for. */
  list(): AsyncIterable<ListedEntry> {
    return this.#index.list()
  }

  checkReadiness(): Promise<void> {
    return this.#index.checkReadiness()
  }

  #add({ read, write }: Units): void {
    this.#units = { read: this.#units.read + read, write: this.#units.write + write }
  }
}
