import type { BlobStore, ListedBlob, OpenBlob } from '../../application/ports/blob-store.ts'
import type { EventLog } from '../../application/ports/event-log.ts'
import type { BlobKey } from '../../domain/blob-key.ts'
import type { SealedBlob } from '../../domain/sealed-blob.ts'
import { Bulkhead, type BulkheadSize } from './bulkhead.ts'
import type { Metrics } from './metrics.ts'
import { isDamage } from './verified-bytes.ts'

const PUTS: BulkheadSize = { concurrent: 256, queued: 256 }
const OPENS: BulkheadSize = { concurrent: 128, queued: 256 }
/** Nobody waits for them; what is refused is left to the sweeper. */
const DELETIONS: BulkheadSize = { concurrent: 16, queued: 4096 }

/**
 * A blob store that is asked for no more than it can do, each kind of call within a bulkhead of its own.
 *
 * A put holds its slot until the body is stored, however slowly its client sends: so there are many slots, the byte
 * budget of uploads is what bounds their memory, and nothing but other puts ever waits for one. An open holds its slot
 * only until the stream is there: from then on it is the client who sets the pace, and a crowd of slow readers must not
 * keep anyone else from beginning.
 */
export class BoundedBlobStore implements BlobStore {
  readonly #blobs: BlobStore
  readonly #metrics: Metrics
  readonly #log: EventLog
  readonly #puts: Bulkhead
  readonly #opens: Bulkhead
  readonly #deletions: Bulkhead

  constructor(
    blobs: BlobStore,
    metrics: Metrics,
    log: EventLog,
    sizes = { puts: PUTS, opens: OPENS, deletions: DELETIONS },
  ) {
    this.#blobs = blobs
    this.#metrics = metrics
    this.#log = log
    this.#puts = new Bulkhead(sizes.puts, metrics)
    this.#opens = new Bulkhead(sizes.opens, metrics)
    this.#deletions = new Bulkhead(sizes.deletions, metrics)
  }

  put(key: BlobKey, body: AsyncIterable<Uint8Array>): Promise<SealedBlob> {
    return this.#puts.run('blobs.put', () => this.#blobs.put(key, body))
  }

  async open(blob: SealedBlob): Promise<OpenBlob | undefined> {
    const opened = await this.#opens.run('blobs.open', () => this.#blobs.open(blob))
    return opened && { body: this.#watched(blob, opened.body), close: () => opened.close() }
  }

  delete(key: BlobKey): Promise<void> {
    return this.#deletions.run('blobs.delete', () => this.#blobs.delete(key))
  }

  list(): AsyncIterable<ListedBlob> {
    return this.#blobs.list()
  }

  /** Never waits: whether the store answers is one thing, whether there is much to do another. */
  checkReadiness(): Promise<void> {
    return this.#blobs.checkReadiness()
  }

  /**
   * Whoever reads is told of damage as of any failure of the store; those who watch the service should know the
   * difference.
   */
  async *#watched({ key }: SealedBlob, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      yield* body
    } catch (error) {
      if (isDamage(error)) {
        this.#metrics.blobDamaged()
        this.#log.error('blob_damaged', { key }, error)
      }
      throw error
    }
  }
}
