import { setImmediate as nextTurn } from 'node:timers/promises'
import type { BackupIndex } from '../../../application/ports/backup-index.ts'
import type { BlobStore } from '../../../application/ports/blob-store.ts'

/**
 * Counts how often an operation has to wait for a backend. Every call takes one turn of the event loop, so calls that are
 * made side by side are under way together, and count once.
 */
export class RoundTrips {
  #underWay = 0
  #serial = 0

  /** Since the last time this was asked. */
  take(): number {
    const serial = this.#serial
    this.#serial = 0
    return serial
  }

  index(index: BackupIndex): BackupIndex {
    return {
      findByFactor: (reference) => this.#count(() => index.findByFactor(reference)),
      load: (id) => this.#count(() => index.load(id)),
      commit: (commit) => this.#count(() => index.commit(commit)),
      list: () => index.list(),
      checkReadiness: () => this.#count(() => index.checkReadiness()),
    }
  }

  blobs(blobs: BlobStore): BlobStore {
    return {
      put: (key, body) => this.#count(() => blobs.put(key, body)),
      open: (blob) => this.#count(() => blobs.open(blob)),
      // Never comes back: whoever waited for a removal would wait for ever.
      delete: () => new Promise(() => undefined),
      list: () => blobs.list(),
      checkReadiness: () => this.#count(() => blobs.checkReadiness()),
    }
  }

  async #count<Result>(call: () => Promise<Result>): Promise<Result> {
    if (this.#underWay === 0) this.#serial += 1
    this.#underWay += 1
    try {
      await nextTurn()
      return await call()
    } finally {
      this.#underWay -= 1
    }
  }
}
