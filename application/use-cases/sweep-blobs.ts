import { backupIdOf, type BlobKey } from '../../domain/blob-key.ts'
import type { Backup } from '../../domain/backup.ts'
import type { FinalDeletions } from '../final-deletions.ts'
import { forEachAtOnce } from '../for-each-at-once.ts'
import { KeyedMutex } from '../keyed-mutex.ts'
import type { BackupIndex, StoredBackup } from '../ports/backup-index.ts'
import type { BlobStore, ListedBlob } from '../ports/blob-store.ts'
import { unixSeconds, type Clock } from '../ports/clock.ts'
import type { EventLog } from '../ports/event-log.ts'

export interface SweepOptions {
  /**
   * Seconds that a blob is left alone after it was stored. Far longer than any request lives: the commit that points to
   * a blob comes after it.
   */
  readonly grace: number
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

/** Most of the time goes into waiting for the index. Few enough to be lost among the requests of a running instance. */
const AT_ONCE = 16

/**
 * Removes the blobs that no backup points to: what crashes and unknown outcomes left behind. On its way, as it meets
 * the backups of the blobs, whatever their age, it removes what of them was deleted and can be undone no more. Safe
 * beside running instances and uploads, since a blob that is pointed to was pointed to within the grace, and keys are
 * never used twice.
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

  /** @throws {StoreUnavailable} when the blobs cannot be listed */
  async execute({ grace, signal, onProgress }: SweepOptions): Promise<SweepSummary> {
    const storedBefore = unixSeconds(this.#clock) - grace
    let summary: SweepSummary = { seen: 0, removed: 0, failed: 0 }
    const backups = new KeyedMutex()
    await forEachAtOnce(until(signal, this.#blobs.list()), AT_ONCE, async ({ key, storedAt }) => {
      const old = storedAt < storedBefore
      // Of one backup one after the other, so that what became final is removed by a single commit.
      const outcome = await backups.runExclusive(backupIdOf(key), () => this.#sweep(key, old))
      summary = {
        seen: summary.seen + 1,
        removed: summary.removed + (outcome === 'removed' ? 1 : 0),
        failed: summary.failed + (outcome === 'failed' ? 1 : 0),
      }
      onProgress?.(summary)
    })
    return summary
  }

  /**
   * @param old past the grace. A younger blob stays, but its backup is looked at all the same: a backup that syncs
   *   often may have no older blob.
   */
  async #sweep(key: BlobKey, old: boolean): Promise<'kept' | 'removed' | 'failed'> {
    try {
      if ((await this.#isPointedTo(key)) || !old) return 'kept'
      await this.#removal?.blobs.delete(key)
      this.#log.info(this.#removal === undefined ? 'blob_unreferenced' : 'blob_swept', { key })
      return 'removed'
    } catch (error) {
      this.#log.warn('blob_not_swept', { key }, error)
      return 'failed'
    }
  }

  async #isPointedTo(key: BlobKey): Promise<boolean> {
    const stored = await this.#index.load(backupIdOf(key))
    if (stored === undefined) return false
    const backup = await (this.#removal?.finalDeletions.remove(stored) ?? this.#withoutFinalDeletions(stored, key))
    return backup?.blobs().some((blob) => blob.key === key) ?? false
  }

  #withoutFinalDeletions({ backup }: StoredBackup, key: BlobKey): Backup | undefined {
    const left = backup.withoutFinalDeletions(unixSeconds(this.#clock))
    // Once, however many blobs it has.
    if (left !== backup && key === backup.state.blob.key) this.#log.info('deletion_unswept', { backupId: backup.id })
    return left
  }
}

async function* until(signal: AbortSignal | undefined, blobs: AsyncIterable<ListedBlob>): AsyncGenerator<ListedBlob> {
  for await (const blob of blobs) {
    if (signal?.aborted === true) return
    yield blob
  }
}
