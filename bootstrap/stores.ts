import type { BackupIndex } from '../application/ports/backup-index.ts'
import type { BlobStore } from '../application/ports/blob-store.ts'

/** Where everything is kept, for those who only read it. */
export interface ReadableStores {
  readonly index: Pick<BackupIndex, 'findByFactor' | 'load' | 'list'>
  readonly blobs: Pick<BlobStore, 'open' | 'list'>
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
