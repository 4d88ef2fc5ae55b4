import type {
  BackupIndex,
  Commit,
  CommitOutcome,
  ListedEntry,
  StoredBackup,
} from '../../application/ports/backup-index.ts'
import type { BackupId } from '../../domain/backup-id.ts'
import type { FactorReference } from '../../domain/factor.ts'
import { Bulkhead, type BulkheadSize } from './bulkhead.ts'
import type { Metrics } from './metrics.ts'

/**
 * Together as many as the DynamoDB client has connections. What waits is served within seconds even by a sick store.
 */
const READS: BulkheadSize = { concurrent: 128, queued: 256 }
const COMMITS: BulkheadSize = { concurrent: 128, queued: 256 }

/**
 * An index that is asked for no more than it can do. Commits have a bulkhead of their own: every request reads first,
 * so it is there that too many are refused, while nothing has been done for them yet.
 */
export class BoundedBackupIndex implements BackupIndex {
  readonly #index: BackupIndex
  readonly #reads: Bulkhead
  readonly #commits: Bulkhead

  constructor(index: BackupIndex, metrics: Metrics, sizes = { reads: READS, commits: COMMITS }) {
    this.#index = index
    this.#reads = new Bulkhead(sizes.reads, metrics)
    this.#commits = new Bulkhead(sizes.commits, metrics)
  }

  findByFactor(reference: FactorReference): Promise<BackupId | undefined> {
    return this.#reads.run('index.findByFactor', () => this.#index.findByFactor(reference))
  }

  load(id: BackupId): Promise<StoredBackup | undefined> {
    return this.#reads.run('index.load', () => this.#index.load(id))
  }

  commit(commit: Commit): Promise<CommitOutcome> {
    return this.#commits.run('index.commit', () => this.#index.commit(commit))
  }

  /** For jobs, one at a time, that nobody waits for. */
  list(): AsyncIterable<ListedEntry> {
    return this.#index.list()
  }

  /** Never waits: whether the store answers is one thing, whether there is much to do another. */
  checkReadiness(): Promise<void> {
    return this.#index.checkReadiness()
  }
}
