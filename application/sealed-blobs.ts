import type { Backup } from '../domain/backup.ts'
import type { BackupId } from '../domain/backup-id.ts'
import { blobKey } from '../domain/blob-key.ts'
import { DomainError } from '../domain/domain-error.ts'
import type { SealedBlob } from '../domain/sealed-blob.ts'
import { limitedBody } from './limited-body.ts'
import type { BlobStore } from './ports/blob-store.ts'
import type { EventLog } from './ports/event-log.ts'
import type { Random } from './ports/random.ts'
import { StoreUnavailable } from './ports/store-unavailable.ts'

/**
 * Blobs on their way in and out of a backup: uploaded before the commit that points to them, removed after the one that
 * does not.
 */
export class SealedBlobs {
  readonly #store: BlobStore
  readonly #random: Random
  readonly #log: EventLog
  readonly #maxBytes: number
  readonly #removals = new Set<Promise<void>>()

  constructor(store: BlobStore, random: Random, log: EventLog, maxBytes: number) {
    this.#store = store
    this.#random = random
    this.#log = log
    this.#maxBytes = maxBytes
  }

  /**
   * Stores `body` under a fresh key, runs `commit` with it, and removes the blob again if that is refused.
   * @throws {DomainError} `empty_backup_file`, `content_too_large`, and whatever `body` or `commit` throws
   */
  async upload<Result>(
    backupId: BackupId,
    body: AsyncIterable<Uint8Array>,
    commit: (blob: SealedBlob) => Promise<Result>,
  ): Promise<Result> {
    const key = blobKey(backupId, this.#random.uuid())
    const blob = await this.#store.put(key, limitedBody(body, this.#maxBytes))
    try {
      return await commit(blob)
    } catch (error) {
      // Only a refusal says that nothing points to the blob. After an unknown outcome something may: it stays, and if
      // nothing does, the sweeper finds it.
      if (error instanceof DomainError && !(error instanceof StoreUnavailable)) this.#remove([blob])
      throw error
    }
  }

  /** Removes what `before` pointed to and `after`, the committed state, no longer does. */
  removeDropped(before: Backup, after: Backup | undefined): void {
    const kept = new Set(after?.blobs().map(({ key }) => key))
    this.#remove(before.blobs().filter(({ key }) => !kept.has(key)))
  }

  /** Resolves once no removal is under way, for a stop that leaves nothing behind. */
  async settle(): Promise<void> {
    await Promise.all(this.#removals)
  }

  /** Behind the answer: nobody waits for it, and what fails is left for the sweeper. */
  #remove(blobs: readonly SealedBlob[]): void {
    for (const { key } of blobs) {
      const removal = this.#store
        .delete(key)
        .catch((error: unknown) => {
          this.#log.warn('blob_left_behind', { key }, error)
        })
        .finally(() => this.#removals.delete(removal))
      this.#removals.add(removal)
    }
  }
}
