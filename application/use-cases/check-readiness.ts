import type { BackupIndex } from '../ports/backup-index.ts'
import type { BlobStore } from '../ports/blob-store.ts'

/** Tells whether requests can be served: every store answers and is set up as needed. */
export class CheckReadiness {
  readonly #index: BackupIndex
  readonly #blobs: BlobStore

  constructor(index: BackupIndex, blobs: BlobStore) {
    this.#index = index
    this.#blobs = blobs
  }

  /** @throws {StoreUnavailable} saying what is wrong */
  async execute(): Promise<void> {
    await Promise.all([this.#index.checkReadiness(), this.#blobs.checkReadiness()])
  }
}
