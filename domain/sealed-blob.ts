/** Where the sealed bytes of one upload lie and what they must be. Ciphertext: nobody here can open it. */
export interface SealedBlob {
  /** `{backupId}/{uuid}`, written once and never again. */
  readonly key: string
  /** Bytes. */
  readonly size: number
  /** SHA-256 taken while it was uploaded, lower-case hex: a download that does not match it is never completed. */
  readonly sha256: string
}
