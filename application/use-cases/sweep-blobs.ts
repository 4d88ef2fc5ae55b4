import { backupIdOf, type BlobKey } from '../../domain/blob-key.ts'
import type { Backup } from '../../domain/backup.ts'
import type { FinalDeletions } from '../final-deletions.ts'
import { forEachAtOnce } from '../for-each-at-once.ts'
import { KeyedMutex } from '../keyed-mutex.ts'
import type { BackupIndex, StoredBackup } from '../ports/backup-index.ts'
import type { BlobStore } from '../ports/blob-store.ts'
import { unixSeconds, type Clock } from '../ports/clock.ts'
import type { EventLog } from '../ports/event-log.ts'

export interface SweepOptions {
  /**
   * Seconds that a blob is left alone after it was stored. Far longer than any request lives: the commit that points to
   * a blob comes after it.
   */
  readonly grace: number
  /** Removes them even where the index points to none of the blobs: for who knows that it is the index of these blobs. */
  readonly evenAll?: boolean
  /** Ends the sweep after the blobs at hand, with the summary so far. The next sweep finds the rest. */
  readonly signal?: AbortSignal
  /** Told after each blob; the summary so far. */
  readonly onProgress?: (summary: SweepSummary) => void
}

export interface SweepSummary {
  readonly seen: number
  /** In a dry run: what would have been. */
  readonly removed: number
  /** Could not be removed, or not be judged: left for the next sweep. */
  readonly failed: number
}

/** What a sweep removes with. */
export interface SweepRemoval {
  readonly blobs: Pick<BlobStore, 'delete'>
  readonly finalDeletions: FinalDeletions
}

/** Not one of the blobs is known to the index, so it is lost or that of other blobs. Nothing was removed. */
export class SweepRefused extends Error {
  /** How many would have been removed, of those seen by then. */
  readonly unreferenced: number

  constructor(unreferenced: number) {
    super(`the index points to none of the blobs, and ${unreferenced} or more of them would be removed`)
    this.name = 'SweepRefused'
    this.unreferenced = unreferenced
  }
}

/** What one sweep goes by. */
interface Sweep {
  /** Whether the index is known to be that of these blobs. */
  trusted: boolean
  /** What waits for that. Such keys never come to be pointed to, so they need not be judged again. */
  readonly heldBack: BlobKey[]
  /** What became of those that a deletion drops which became final in this sweep: they are listed, too. */
  readonly dropped: Map<BlobKey, Outcome>
}

type Outcome = 'kept' | 'held back' | 'removed' | 'failed'

/** So many without a single one that is pointed to say enough, and take little memory. */
const MOST_HELD_BACK = 10_000

/** Most of the time goes into waiting for the index. Few enough to be lost among the requests of a running instance. */
const AT_ONCE = 16

/**
 * Removes the blobs that no backup points to: what crashes and unknown outcomes left behind. On its way, as it meets
 * the backups of the blobs, whatever their age, it removes what of them was deleted and can be undone no more. Safe
 * beside running instances and uploads, since a blob that is pointed to was pointed to within the grace, and keys are
 * never used twice.
 *
 * Beside an empty index, or a wrong one, no blob is pointed to. So nothing is removed before one was found that is.
 */
export class SweepBlobs {
  readonly #index: Pick<BackupIndex, 'load'>
  readonly #blobs: Pick<BlobStore, 'list'>
  readonly #clock: Clock
  readonly #log: EventLog
  readonly #removal: SweepRemoval | undefined

  /** @param removal absent for a dry run, which only tells what would be removed */
  constructor(
    index: Pick<BackupIndex, 'load'>,
    blobs: Pick<BlobStore, 'list'>,
    clock: Clock,
    log: EventLog,
    removal?: SweepRemoval,
  ) {
    this.#index = index
    this.#blobs = blobs
    this.#clock = clock
    this.#log = log
    this.#removal = removal
  }

  /**
   * @throws {SweepRefused} when the index points to none of the blobs
   * @throws {StoreUnavailable} when the blobs cannot be listed
   */
  async execute({ grace, evenAll = false, signal, onProgress }: SweepOptions): Promise<SweepSummary> {
    const storedBefore = unixSeconds(this.#clock) - grace
    const sweep: Sweep = { trusted: evenAll, heldBack: [], dropped: new Map() }
    let summary: SweepSummary = { seen: 0, removed: 0, failed: 0 }
    const count = (seen: 0 | 1, outcome: Outcome): void => {
      summary = {
        seen: summary.seen + seen,
        removed: summary.removed + (outcome === 'removed' ? 1 : 0),
        failed: summary.failed + (outcome === 'failed' ? 1 : 0),
      }
      onProgress?.(summary)
    }
    const backups = new KeyedMutex()
    await forEachAtOnce(until(signal, this.#blobs.list()), AT_ONCE, async ({ key, storedAt }) => {
      const old = storedAt < storedBefore
      // Of one backup one after the other, so that what became final is removed by a single commit.
      count(1, await backups.runExclusive(backupIdOf(key), () => this.#sweep(key, sweep, old)))
      if (!sweep.trusted && sweep.heldBack.length >= MOST_HELD_BACK) throw new SweepRefused(sweep.heldBack.length)
    })
    if (sweep.trusted) {
      await forEachAtOnce(until(signal, sweep.heldBack), AT_ONCE, async (key) => {
        count(0, await this.#remove(key))
      })
    } else if (sweep.heldBack.length > 0 && signal?.aborted !== true) {
      throw new SweepRefused(sweep.heldBack.length)
    }
    return summary
  }

  /**
   * @param old past the grace. A younger blob stays, but its backup is looked at all the same: a backup that syncs
   *   often may have no older blob.
   */
  async #sweep(key: BlobKey, sweep: Sweep, old: boolean): Promise<Outcome> {
    try {
      const stored = await this.#index.load(backupIdOf(key))
      if (stored !== undefined && pointsTo(stored.backup, key)) return await this.#sweepPointedTo(key, sweep, stored)
    } catch (error) {
      this.#log.warn('blob_not_swept', { key }, error)
      return 'failed'
    }
    const dropped = sweep.dropped.get(key)
    if (dropped !== undefined) return dropped
    if (!old) return 'kept'
    if (sweep.trusted) return this.#remove(key)
    sweep.heldBack.push(key)
    return 'held back'
  }

  /**
   * What a deletion that becomes final drops goes with it, whatever its age: its commit was long ago, and the next sweep
   * would not know any longer whose it was.
   */
  async #sweepPointedTo(key: BlobKey, sweep: Sweep, stored: StoredBackup): Promise<Outcome> {
    sweep.trusted = true
    const left = await (this.#removal?.finalDeletions.remove(stored) ?? this.#withoutFinalDeletions(stored, key))
    const dropped = stored.backup.blobs().filter((blob) => left === undefined || !pointsTo(left, blob.key))
    for (const blob of dropped) {
      if (!sweep.dropped.has(blob.key)) sweep.dropped.set(blob.key, await this.#remove(blob.key))
    }
    return sweep.dropped.get(key) ?? 'kept'
  }

  async #remove(key: BlobKey): Promise<Outcome> {
    try {
      await this.#removal?.blobs.delete(key)
      this.#log.info(this.#removal === undefined ? 'blob_unreferenced' : 'blob_swept', { key })
      return 'removed'
    } catch (error) {
      this.#log.warn('blob_not_swept', { key }, error)
      return 'failed'
    }
  }

  #withoutFinalDeletions({ backup }: StoredBackup, key: BlobKey): Backup | undefined {
    const left = backup.withoutFinalDeletions(unixSeconds(this.#clock))
    // Once, however many blobs it has.
    if (left !== backup && key === backup.state.blob.key) this.#log.info('deletion_unswept', { backupId: backup.id })
    return left
  }
}

function pointsTo(backup: Backup, key: BlobKey): boolean {
  return backup.blobs().some((blob) => blob.key === key)
}

async function* until<Item>(
  signal: AbortSignal | undefined,
  items: AsyncIterable<Item> | Iterable<Item>,
): AsyncGenerator<Item> {
  for await (const item of items) {
    if (signal?.aborted === true) return
    yield item
  }
}
