import type { DatabaseSync } from 'node:sqlite'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { StoreUnavailable } from '../../application/ports/store-unavailable.ts'
import { endLeftoverTransaction } from './leftover-transaction.ts'

/** Keeps one batch from holding up the event loop for long. */
const MAX_JOBS_PER_BATCH = 64

/** Tells the caller what became of a job. */
type Settle = () => void

interface QueuedJob {
  /** Does the work, and gives what is to be called once it is durable. */
  readonly attempt: () => Settle
  readonly reject: (reason: unknown) => void
}

/**
 * Writes to a database so that many callers share one fsync: the jobs queued within one turn of the event loop become
 * one durable transaction, with a savepoint around each, so that one that throws takes nobody else's work with it.
 */
export class GroupCommit {
  readonly #db: DatabaseSync
  readonly #queue: QueuedJob[] = []
  #scheduled = false

  /** @param db no one else writes through this connection */
  constructor(db: DatabaseSync) {
    this.#db = db
  }

  /**
   * Runs `job` inside a transaction and resolves with its result once that is durable.
   * @throws what `job` throws; nothing of it was written
   * @throws {StoreUnavailable} the transaction failed; nothing can be read of it, but a crash may yet bring it back
   */
  write<Result>(job: () => Result): Promise<Result> {
    return new Promise((resolve, reject) => {
      const attempt = (): Settle => {
        const result = job()
        return () => resolve(result)
      }
      this.#queue.push({ attempt, reject })
      this.#schedule()
    })
  }

  /** Resolves when every job there is has been settled. */
  async drain(): Promise<void> {
    while (this.#scheduled) await nextTurn()
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#commit(this.#queue.splice(0, MAX_JOBS_PER_BATCH))
      if (this.#queue.length > 0) this.#schedule()
    })
  }

  #commit(batch: readonly QueuedJob[]): void {
    try {
      endLeftoverTransaction(this.#db)
      this.#db.exec('BEGIN IMMEDIATE')
      const settlements = batch.map((job) => this.#isolate(job))
      this.#db.exec('COMMIT')
      for (const settle of settlements) settle()
    } catch (error) {
      const unavailable = new StoreUnavailable('SQLite COMMIT', { cause: error })
      this.#rollBack()
      for (const { reject } of batch) reject(unavailable)
    }
  }

  #isolate({ attempt, reject }: QueuedJob): Settle {
    this.#db.exec('SAVEPOINT job')
    try {
      const settle = attempt()
      this.#db.exec('RELEASE job')
      return settle
    } catch (error) {
      // A full disk, for one, makes SQLite roll back everything by itself: then there is nothing to go on with.
      if (!this.#db.isTransaction) throw error
      this.#db.exec('ROLLBACK TO job; RELEASE job')
      return () => reject(error)
    }
  }

  #rollBack(): void {
    try {
      endLeftoverTransaction(this.#db)
    } catch {
      // It stays open. Whoever uses the connection next has to end it first, or is refused.
    }
  }
}
