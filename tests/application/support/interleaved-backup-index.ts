import { MemoryBackupIndex } from '../../../adapters/memory/memory-backup-index.ts'
import type { Commit, CommitOutcome, StoredBackup } from '../../../application/ports/backup-index.ts'
import { StoreUnavailable } from '../../../application/ports/store-unavailable.ts'
import type { BackupId } from '../../../domain/backup-id.ts'
import type { FactorReference } from '../../../domain/factor.ts'

/** Whether a commit that fails has happened. */
export type Fault = 'before the effect' | 'after the effect'

type Interlude = () => Promise<unknown>

interface Gathering {
  missing: number
  readonly complete: PromiseWithResolvers<void>
}

/** The index in memory, and a scheduler around its commits: what happens just before one, and which of them fail. */
export class InterleavedBackupIndex extends MemoryBackupIndex {
  /** Every call of `commit`, repetitions included. */
  readonly attempts: Commit[] = []
  /** Fails every read. */
  unreadable = false
  readonly #effects = new Set<string>()
  readonly #beforeCommits: Interlude[] = []
  readonly #beforeLoads: Interlude[] = []
  readonly #faults: Fault[] = []
  #interrupted = false
  #gathering: Gathering | undefined

  /** How many commits had an effect. */
  get effects(): number {
    return this.#effects.size
  }

  /** Runs each before one of the next commits, in this order. What it does itself is not interrupted. */
  beforeNextCommits(...interludes: readonly Interlude[]): void {
    this.#beforeCommits.push(...interludes)
  }

  /** The same for the next time that a backup is read. */
  beforeNextLoad(interlude: Interlude): void {
    this.#beforeLoads.push(interlude)
  }

  /** Lets the next commits wait for one another, so that each was decided upon before any took effect. */
  gatherNextCommits(count: number): void {
    this.#gathering = { missing: count, complete: Promise.withResolvers() }
  }

  /** Lets the next commits fail, their outcome unknown to the caller. */
  failNextCommits(...faults: readonly Fault[]): void {
    this.#faults.push(...faults)
  }

  override async findByFactor(reference: FactorReference): Promise<BackupId | undefined> {
    if (this.unreadable) throw new StoreUnavailable('a test')
    return super.findByFactor(reference)
  }

  override async load(id: BackupId): Promise<StoredBackup | undefined> {
    if (!this.#interrupted) await this.#interlude(this.#beforeLoads)
    if (this.unreadable) throw new StoreUnavailable('a test')
    return super.load(id)
  }

  override async commit(commit: Commit): Promise<CommitOutcome> {
    if (this.#interrupted) return this.#commit(commit)
    this.attempts.push(commit)
    await this.#interlude(this.#beforeCommits)
    await this.#gather()
    const fault = this.#faults.shift()
    const outcome = fault === 'before the effect' ? undefined : await this.#commit(commit)
    if (fault === undefined && outcome !== undefined) return outcome
    throw new StoreUnavailable('a test')
  }

  async #interlude(interludes: Interlude[]): Promise<void> {
    const interlude = interludes.shift()
    if (interlude === undefined) return
    this.#interrupted = true
    await interlude()
    this.#interrupted = false
  }

  async #gather(): Promise<void> {
    const gathering = this.#gathering
    if (gathering === undefined) return
    gathering.missing -= 1
    if (gathering.missing === 0) {
      this.#gathering = undefined
      gathering.complete.resolve()
    }
    await gathering.complete.promise
  }

  async #commit(commit: Commit): Promise<CommitOutcome> {
    const outcome = await super.commit(commit)
    if (outcome === 'committed') this.#effects.add(commit.id)
    return outcome
  }
}
