import type {
  BackupIndex,
  Commit,
  CommitOutcome,
  Consumption,
  ListedEntry,
  StoredBackup,
} from '../../application/ports/backup-index.ts'
import type { BackupId } from '../../domain/backup-id.ts'
import type { FactorReference } from '../../domain/factor.ts'

/** Seconds; about thirty years. */
const SHIFT = 1_000_000_000

/**
 * Makes every commit as many years later. Samples are of a fixed time, which has passed; DynamoDB goes by its own clock
 * when it removes expired rows, and DynamoDB Local does so within seconds.
 */
export class ShiftedBackupIndex implements BackupIndex {
  readonly #index: BackupIndex

  constructor(index: BackupIndex) {
    this.#index = index
  }

  findByFactor(reference: FactorReference): Promise<BackupId | undefined> {
    return this.#index.findByFactor(reference)
  }

  load(id: BackupId): Promise<StoredBackup | undefined> {
    return this.#index.load(id)
  }

  commit(commit: Commit): Promise<CommitOutcome> {
    const shifted = ({ key, expiresAt }: Consumption): Consumption => ({ key, expiresAt: expiresAt + SHIFT })
    const [first, ...rest] = commit.consume
    const consume = [shifted(first), ...rest.map(shifted)] as const
    return this.#index.commit({ ...commit, at: commit.at + SHIFT, consume })
  }

  list(): AsyncIterable<ListedEntry> {
    return this.#index.list()
  }

  checkReadiness(): Promise<void> {
    return this.#index.checkReadiness()
  }
}
