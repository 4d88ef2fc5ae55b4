import type {
  BackupIndex,
  Commit,
  CommitOutcome,
  ListedEntry,
  StoredBackup,
} from '../../../../application/ports/backup-index.ts'
import type { BackupId } from '../../../../domain/backup-id.ts'
import type { FactorReference } from '../../../../domain/factor.ts'
import { collect } from '../../../support/byte-streams.ts'
import { currentAttempt } from '../engine/attempt.ts'
import type { PortCalls } from '../engine/port-calls.ts'
import type { Witness } from '../model/witness.ts'

/** The way from an instance to the index that all share: slow, unreliable, and watched. */
export class ControlledIndex implements BackupIndex {
  readonly #index: BackupIndex
  readonly #calls: PortCalls
  readonly #witness: Witness

  constructor(index: BackupIndex, calls: PortCalls, witness: Witness) {
    this.#index = index
    this.#calls = calls
    this.#witness = witness
  }

  findByFactor(reference: FactorReference): Promise<BackupId | undefined> {
    return this.#calls.make('index.find', () => this.#index.findByFactor(reference))
  }

  async load(id: BackupId): Promise<StoredBackup | undefined> {
    const stored = await this.#calls.make('index.load', () => this.#index.load(id))
    const attempt = currentAttempt()
    attempt.base ??= stored?.backup.state.blob.key
    attempt.incarnation ??= stored?.backup.state.incarnation
    return stored
  }

  commit(commit: Commit): Promise<CommitOutcome> {
    return this.#calls.make('index.commit', async () => {
      const outcome = await this.#index.commit(commit)
      this.#witness.committed(currentAttempt(), commit, outcome)
      return outcome
    })
  }

  /** All at once, so that much changes before the last entry is looked at. */
  async *list(): AsyncGenerator<ListedEntry> {
    for (const entry of await this.#calls.make('index.list', () => collect(this.#index.list()))) {
      yield entry.kind === 'backup'
        ? entry
        : { ...entry, owner: () => this.#calls.make('index.find', () => entry.owner()) }
    }
  }

  checkReadiness(): Promise<void> {
    return this.#index.checkReadiness()
  }
}
