import type { BackupIndex } from '../ports/backup-index.ts'
import type { BlobStore } from '../ports/blob-store.ts'

/**
 * Tells whether requests can be served: every store answers and is set up as needed. Whoever asks meanwhile is told by the
 * check that is under way: anybody may ask, as often as they like, and must not keep the stores from those who need them.
 */
export class CheckReadiness {
  readonly #index: BackupIndex
  readonly #blobs: BlobStore
  #underWay: Promise<void> | undefined

  constructor(index: BackupIndex, blobs: BlobStore) {
    this.#index = index
    this.#blobs = blobs
  }

  /** @throws {StoreUnavailable} saying what is wrong */
  execute(): Promise<void> {
    this.#underWay ??= this.#check()
    return this.#underWay
  }

  #check(): Promise<void> {
    const checks = [this.#index.checkReadiness(), this.#blobs.checkReadiness()]
    // Over only when every store has answered: one that fails at once must not have the other asked again and again.
    void Promise.allSettled(checks).then(() => {
      this.#underWay = undefined
    })
    return Promise.all(checks).then(() => undefined)
  }
}
