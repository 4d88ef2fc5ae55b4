import { createHash } from 'node:crypto'
import type { SealedBlob } from '../../domain/sealed-blob.ts'

/** Counts and hashes bytes as they go by. */
export class ByteDigest {
  readonly #hash = createHash('sha256')
  #size = 0

  /** So far. */
  get size(): number {
    return this.#size
  }

  update(chunk: Uint8Array): void {
    this.#hash.update(chunk)
    this.#size += chunk.byteLength
  }

  /** Once, at the end. */
  finish(): Pick<SealedBlob, 'size' | 'sha256'> {
    return { size: this.#size, sha256: this.#hash.digest('hex') }
  }
}
