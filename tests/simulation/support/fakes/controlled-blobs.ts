import type { BlobStore, ListedBlob, OpenBlob } from '../../../../application/ports/blob-store.ts'
import { StoreUnavailable } from '../../../../application/ports/store-unavailable.ts'
import type { BlobKey } from '../../../../domain/blob-key.ts'
import type { SealedBlob } from '../../../../domain/sealed-blob.ts'
import { collect } from '../../../support/byte-streams.ts'
import { currentAttempt } from '../engine/attempt.ts'
import type { PortCalls } from '../engine/port-calls.ts'
import type { Witness } from '../model/witness.ts'

/** The same for the blobs, each chunk of a download included. */
export class ControlledBlobs implements BlobStore {
  readonly #blobs: BlobStore
  readonly #calls: PortCalls
  readonly #witness: Witness

  constructor(blobs: BlobStore, calls: PortCalls, witness: Witness) {
    this.#blobs = blobs
    this.#calls = calls
    this.#witness = witness
  }

  put(key: BlobKey, body: AsyncIterable<Uint8Array>): Promise<SealedBlob> {
    return this.#calls.make('blobs.put', async (fault) => {
      const blob = await this.#blobs.put(key, fault === 'fail-midway' ? breakingOff(body) : body)
      this.#witness.stored(currentAttempt(), key)
      return blob
    })
  }

  async open(blob: SealedBlob): Promise<OpenBlob | undefined> {
    const opened = await this.#calls.make('blobs.open', () => this.#blobs.open(blob))
    return opened === undefined ? undefined : { ...opened, body: this.#controlled(opened.body) }
  }

  delete(key: BlobKey): Promise<void> {
    return this.#calls.make('blobs.delete', async () => {
      await this.#blobs.delete(key)
      this.#witness.deleted()
    })
  }

  async *list(): AsyncGenerator<ListedBlob> {
    yield* await this.#calls.make('blobs.list', () => collect(this.#blobs.list()))
  }

  checkReadiness(): Promise<void> {
    return this.#blobs.checkReadiness()
  }

  async *#controlled(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      await this.#calls.make('download.chunk', async () => {})
      yield chunk
    }
  }
}

async function* breakingOff(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    yield chunk
    break
  }
  throw new StoreUnavailable('blobs.put')
}
