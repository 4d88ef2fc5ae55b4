import type { BlobKey } from './blob-key.ts'

/** Where the sealed bytes of one upload lie and what they must be. Ciphertext: nobody here can open it. */
export interface SealedBlob {
  readonly key: BlobKey
  /** Bytes. */
  readonly size: number
  /** SHA-256 taken while it was uploaded, lower-case hex: a download that does not match it is never completed. */
  readonly sha256: string
}
