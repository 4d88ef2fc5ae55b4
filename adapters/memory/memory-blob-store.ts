import type { BlobStore, ListedBlob, OpenBlob } from '../../application/ports/blob-store.ts'
import { unixSeconds, type Clock } from '../../application/ports/clock.ts'
import { StoreUnavailable } from '../../application/ports/store-unavailable.ts'
import type { BlobKey } from '../../domain/blob-key.ts'
import type { SealedBlob } from '../../domain/sealed-blob.ts'
import { ByteDigest } from '../shared/byte-digest.ts'
import { verifiedBytes } from '../shared/verified-bytes.ts'

interface StoredChunks {
  readonly chunks: readonly Uint8Array[]
  /** Seconds since the epoch. */
  readonly storedAt: number
}

/** Gone with the process, and holds every byte in memory: for tests and for trying things out. */
export class MemoryBlobStore implements BlobStore {
  readonly #clock: Clock
  readonly #blobs = new Map<BlobKey, StoredChunks>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  async put(key: BlobKey, body: AsyncIterable<Uint8Array>): Promise<SealedBlob> {
    const digest = new ByteDigest()
    const chunks: Uint8Array[] = []
    for await (const chunk of body) {
      // A copy: the source may use its buffer again.
      chunks.push(Uint8Array.from(chunk))
      digest.update(chunk)
    }
    if (this.#blobs.has(key)) throw new StoreUnavailable('memory put', { cause: new Error('the key exists') })
    this.#blobs.set(key, { chunks, storedAt: unixSeconds(this.#clock) })
    return { key, ...digest.finish() }
  }

  async open(blob: SealedBlob): Promise<OpenBlob | undefined> {
    const stored = this.#blobs.get(blob.key)
    if (stored === undefined) return undefined
    return {
      body: verifiedBytes(eachOf(stored.chunks), blob, 'memory open'),
      close: async () => {
        // Nothing is held.
      },
    }
  }

  async delete(key: BlobKey): Promise<void> {
    this.#blobs.delete(key)
  }

  async *list(): AsyncIterable<ListedBlob> {
    for (const [key, { storedAt }] of this.#blobs) yield { key, storedAt }
  }

  async checkReadiness(): Promise<void> {
    // There is nothing to be out of reach.
  }
}

async function* eachOf(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void, undefined> {
  // Copies: a reader that changes what it was given must not change what is stored.
  for (const chunk of chunks) yield Uint8Array.from(chunk)
}
