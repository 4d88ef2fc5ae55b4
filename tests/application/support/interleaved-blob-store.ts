import { MemoryBlobStore } from '../../../adapters/memory/memory-blob-store.ts'
import type { OpenBlob } from '../../../application/ports/blob-store.ts'
import { StoreUnavailable } from '../../../application/ports/store-unavailable.ts'
import type { BlobKey } from '../../../domain/blob-key.ts'
import type { SealedBlob } from '../../../domain/sealed-blob.ts'
import { collect } from '../../support/byte-streams.ts'

type Interlude = () => Promise<unknown>

/** The blobs in memory, with what happens just before one is opened, what fails, and whether what was opened was closed. */
export class InterleavedBlobStore extends MemoryBlobStore {
  /** Blobs handed out and not closed yet. */
  held = 0
  /** Fails every call that would change something; blobs can still be read. */
  readOnly = false
  /** Fails every read. */
  unreadable = false
  readonly #beforeOpens: Interlude[] = []
  readonly #beforeDeletions: Interlude[] = []

  /** Runs before the next blob is opened; with several, one before each. */
  beforeNextOpen(interlude: Interlude): void {
    this.#beforeOpens.push(interlude)
  }

  /** The same for the next deletion. */
  beforeNextDeletion(interlude: Interlude): void {
    this.#beforeDeletions.push(interlude)
  }

  async keys(): Promise<readonly BlobKey[]> {
    const blobs = await collect(this.list())
    return blobs.map(({ key }) => key).sort()
  }

  override async put(key: BlobKey, body: AsyncIterable<Uint8Array>): Promise<SealedBlob> {
    if (this.readOnly) throw new StoreUnavailable('a test')
    return super.put(key, body)
  }

  override async open(blob: SealedBlob): Promise<OpenBlob | undefined> {
    await this.#beforeOpens.shift()?.()
    if (this.unreadable) throw new StoreUnavailable('a test')
    const opened = await super.open(blob)
    if (opened === undefined) return undefined
    this.held += 1
    const close = async (): Promise<void> => {
      this.held -= 1
    }
    return { body: opened.body, close }
  }

  override async delete(key: BlobKey): Promise<void> {
    await this.#beforeDeletions.shift()?.()
    if (this.readOnly) throw new StoreUnavailable('a test')
    return super.delete(key)
  }
}
