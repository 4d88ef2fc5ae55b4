import type { BlobStore, ListedBlob, OpenBlob } from '../../../../application/ports/blob-store.ts'
import type { BlobKey } from '../../../../domain/blob-key.ts'
import type { SealedBlob } from '../../../../domain/sealed-blob.ts'

/** The same for blobs. */
export class WrappedBlobs implements BlobStore {
  protected readonly inner: BlobStore

  constructor(inner: BlobStore) {
    this.inner = inner
  }

  put(key: BlobKey, body: AsyncIterable<Uint8Array>): Promise<SealedBlob> {
    return this.inner.put(key, body)
  }

  open(blob: SealedBlob): Promise<OpenBlob | undefined> {
    return this.inner.open(blob)
  }

  delete(key: BlobKey): Promise<void> {
    return this.inner.delete(key)
  }

  list(): AsyncIterable<ListedBlob> {
    return this.inner.list()
  }

  checkReadiness(): Promise<void> {
    return this.inner.checkReadiness()
  }
}
