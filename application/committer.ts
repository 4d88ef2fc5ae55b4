import type { Backup } from '../domain/backup.ts'
import { DomainError } from '../domain/domain-error.ts'
import type { AuthenticatedFactor } from './authenticate-factor.ts'
import { Backoff } from './backoff.ts'
import type { BackupIndex, Commit, CommitOutcome, Consumptions, StoredBackup } from './ports/backup-index.ts'
import { unixSeconds, type Clock } from './ports/clock.ts'
import type { Random } from './ports/random.ts'
import { StoreUnavailable } from './ports/store-unavailable.ts'

const DECISIONS = 8
const ATTEMPTS_PER_COMMIT = 3
const PAUSES = { first: 10, longest: 640 } // milliseconds

/**
 * Refusals for an obstacle that may go away. An earlier attempt that got no answer may still be under way, and take
 * effect once it is gone: so after one of those, such a refusal settles nothing. The others stay: a revision never
 * comes back, and what is consumed stays consumed for longer than any request is under way.
 */
const MAY_CHANGE: ReadonlySet<CommitOutcome> = new Set(['backup-exists', 'factor-taken'])

/** A change of one backup that somebody proved the right to. */
export interface ProposedChange<After extends Backup | undefined> {
  /** The backup as it was when the proof was checked. */
  readonly stored: StoredBackup
  readonly consume: Consumptions
  /**
   * What the backup becomes, `undefined` for deletion, or itself for none. Called again on the newer state whenever
   * another commit came first, so it must check everything that the newer state may have changed.
   * @throws {DomainError} a refusal: nothing is changed, nothing is consumed
   */
  readonly decide: (backup: Backup) => After
  /** The answer when the backup is gone by the time it is read again. */
  readonly whenGone: () => DomainError
}

/** The state that was committed upon, and what it became. */
export interface CommittedChange<After extends Backup | undefined> {
  readonly before: Backup
  readonly after: After
}

/**
 * The only caller of {@link BackupIndex.commit}: decides again when a race was lost, and settles an unknown outcome by
 * repeating the very same commit. No locks: the revision in each commit is what keeps two writers apart.
 */
export class Committer {
  readonly #index: BackupIndex
  readonly #clock: Clock
  readonly #random: Random
  readonly #backoff: Backoff

  constructor(index: BackupIndex, clock: Clock, random: Random) {
    this.#index = index
    this.#clock = clock
    this.#random = random
    this.#backoff = new Backoff(clock, random, PAUSES)
  }

  /**
   * @throws {DomainError} `backup_account_id_already_exists`, `factor_already_exists`, `already_used`
   * @throws {StoreUnavailable} the outcome is unknown
   */
  async create(backup: Backup, consume: Consumptions): Promise<void> {
    const outcome = await this.#commit({ ...this.#newCommit(consume), change: { kind: 'create', after: backup } })
    if (outcome !== 'committed') throw refusalOf(outcome)
  }

  /**
   * @throws {DomainError} whatever `decide` throws, `factor_already_exists`, `already_used`, or `conflict` when
   *   the backup never held still
   * @throws {StoreUnavailable} the outcome is unknown
   */
  async change<After extends Backup | undefined>({
    stored,
    consume,
    decide,
    whenGone,
  }: ProposedChange<After>): Promise<CommittedChange<After>> {
    let before = stored
    for (let decision = 1; ; decision += 1) {
      const after = decide(before.backup)
      const outcome = await this.#commit({ ...this.#newCommit(consume), ...changeFrom(before, after) })
      if (outcome === 'committed') return { before: before.backup, after }
      if (outcome !== 'stale' || decision === DECISIONS) throw refusalOf(outcome)
      await this.#backoff.pause(decision)
      const current = await this.#index.load(stored.backup.id)
      if (current?.backup.state.incarnation !== stored.backup.state.incarnation) throw whenGone()
      before = current
    }
  }

  /**
   * Uses up the proof of an operation that changes nothing, except that a passkey's counter moves on.
   * @throws as `change`
   */
  async use(factor: AuthenticatedFactor): Promise<void> {
    await this.change({ ...factor, decide: factor.authorize })
  }

  #newCommit(consume: Consumptions): Commit {
    // A transaction cannot hold one row twice, and one proof cannot stand for two.
    if (new Set(consume.map(({ key }) => key)).size !== consume.length) {
      throw alreadyUsed(new Error('one token stands for two in this request'))
    }
    return { id: this.#random.uuid(), at: unixSeconds(this.#clock), consume }
  }

  async #commit(commit: Commit): Promise<CommitOutcome> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const outcome = await this.#index.commit(commit)
        if (attempt === 1 || !MAY_CHANGE.has(outcome)) return outcome
        break
      } catch (error) {
        if (!(error instanceof StoreUnavailable) || attempt === ATTEMPTS_PER_COMMIT) throw error
        await this.#backoff.pause(attempt)
      }
    }
    throw new StoreUnavailable('commit, refused after an attempt without an answer')
  }
}

function changeFrom(before: StoredBackup, after: Backup | undefined): Pick<Commit, 'change'> {
  if (after === undefined) return { change: { kind: 'delete', before } }
  return after === before.backup ? {} : { change: { kind: 'replace', before, after } }
}

function refusalOf(outcome: Exclude<CommitOutcome, 'committed'>): DomainError {
  switch (outcome) {
    case 'backup-exists':
      return new DomainError('backup_account_id_already_exists', 'there is a backup of this account already')
    case 'factor-taken':
      return new DomainError('factor_already_exists', 'this credential already belongs to a backup')
    case 'already-consumed':
      return alreadyUsed()
    case 'stale':
      return new DomainError('conflict', 'the backup is being changed by others: try again')
  }
}

function alreadyUsed(cause?: Error): DomainError {
  return new DomainError('already_used', 'a challenge or token works once, and this one was used', { cause })
}
