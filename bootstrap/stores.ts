import type { BackupIndex } from '../application/ports/backup-index.ts'
import type { BlobStore } from '../application/ports/blob-store.ts'

/** Where everything is kept, for those who only read it. */
export interface ReadableStores {
  readonly index: Pick<BackupIndex, 'findByFactor' | 'load' | 'list'>
  readonly blobs: Pick<BlobStore, 'open' | 'list'>
  /** What is wrong with the form in which the index is kept, each in a line; none where that is the store's own business. */
  integrityFaults(): readonly string[]
  close(): Promise<void>
}

/** Where everything is kept. */
export interface Stores {
  readonly index: BackupIndex
  readonly blobs: BlobStore
  /** Once more after opening, which does so too: of what uploads leave behind whose process dies. @throws {StoreUnavailable} */
  removeAbandonedUploads(): Promise<void>
  close(): Promise<void>
}
