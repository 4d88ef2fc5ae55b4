import type { BlobKey } from '../../domain/blob-key.ts'
import type { SealedBlob } from '../../domain/sealed-blob.ts'

/** Sealed bytes on their way: read once, from the start to the end. */
export interface OpenBlob {
  /**
   * Yields exactly the blob's bytes and ends, or throws before its last chunk when they do not match the size and
   * SHA-256 they were stored with. Leaving the loop early releases what is held.
   */
  readonly body: AsyncIterable<Uint8Array>
  /** Releases what is held; needed only where `body` is never iterated, harmless otherwise. */
  close(): Promise<void>
}

/** Sealed bytes under keys that are never written twice. Ciphertext: never parse it, never log it. */
export interface BlobStore {
  /**
   * Reads `body` to its end without holding it; durable under `key` once this resolves.
   * @param key fresh
   * @throws whatever `body` throws; nothing is kept then
   * @throws {StoreUnavailable} the blob may exist: never use the key again. An existing key gives this too, and stays
   *   as it is
   */
  put(key: BlobKey, body: AsyncIterable<Uint8Array>): Promise<SealedBlob>

  /** @returns `undefined` when there is no such blob. @throws {StoreUnavailable} */
  open(blob: SealedBlob): Promise<OpenBlob | undefined>

  /** Deletes if there is something to delete. @throws {StoreUnavailable} it may or may not be gone */
  delete(key: BlobKey): Promise<void>

  /** Every blob there is, in no particular order. @throws {StoreUnavailable} */
  list(): AsyncIterable<ListedBlob>

  /** Resolves when the store answers and can be used. @throws {StoreUnavailable} saying what is wrong */
  checkReadiness(): Promise<void>
}

export interface ListedBlob {
  readonly key: BlobKey
  /**
   * Seconds since the epoch at which it was stored, by the clock of this machine: judged by two clocks, a blob whose
   * commit is still to come could look old enough to be swept.
   */
  readonly storedAt: number
}
