import { MemoryBlobStore } from '../../adapters/memory/memory-blob-store.ts'
import type { BlobStore, ListedBlob, OpenBlob } from '../../application/ports/blob-store.ts'
import type { Clock } from '../../application/ports/clock.ts'
import type { BlobKey } from '../../domain/blob-key.ts'
import type { SealedBlob } from '../../domain/sealed-blob.ts'

/** The requests to S3 that are paid for: deleting is free. */
export interface S3Requests {
  readonly put: number
  readonly get: number
}

/** Counts the requests that the S3 adapter would make; nothing goes wrong, so none is made twice. */
export class MeteredBlobStore implements BlobStore {
  readonly #blobs: MemoryBlobStore
  #requests: S3Requests = { put: 0, get: 0 }

  constructor(clock: Clock) {
    this.#blobs = new MemoryBlobStore(clock)
  }

  /** Since the last time this was asked. */
  takeRequests(): S3Requests {
    const requests = this.#requests
    this.#requests = { put: 0, get: 0 }
    return requests
  }

  put(key: BlobKey, body: AsyncIterable<Uint8Array>): Promise<SealedBlob> {
    this.#requests = { ...this.#requests, put: this.#requests.put + 1 }
    return this.#blobs.put(key, body)
  }

  open(blob: SealedBlob): Promise<OpenBlob | undefined> {
    this.#requests = { ...this.#requests, get: this.#requests.get + 1 }
    return this.#blobs.open(blob)
  }

  delete(key: BlobKey): Promise<void> {
    return this.#blobs.delete(key)
  }

  list(): AsyncIterable<ListedBlob> {
    return this.#blobs.list()
  }

  checkReadiness(): Promise<void> {
    return this.#blobs.checkReadiness()
  }
}
