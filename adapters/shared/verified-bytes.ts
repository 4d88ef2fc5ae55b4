import { StoreUnavailable } from '../../application/ports/store-unavailable.ts'
import type { SealedBlob } from '../../domain/sealed-blob.ts'
import { ByteDigest } from './byte-digest.ts'

/** The bytes are there, and are not those that were stored. */
class Damage extends Error {}

/** Whether reading failed because the bytes are not those that were stored, and not because they could not be read. */
export function isDamage(error: unknown): boolean {
  return error instanceof StoreUnavailable && error.cause instanceof Damage
}

/**
 * The bytes of `source`, if they are those of `blob`. The last chunk is held back until size and SHA-256 are known to
 * match, so a reader never gets all bytes of a damaged blob; leaving early leaves `source` early.
 * @param source must not reuse a chunk that it has yielded
 * @param operation names the read in the error, as `S3 GetObject`
 * @throws {StoreUnavailable} for a mismatch, and for any failure of `source`
 */
export async function* verifiedBytes(
  source: AsyncIterable<Uint8Array>,
  blob: Pick<SealedBlob, 'size' | 'sha256'>,
  operation: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const digest = new ByteDigest()
  let held: Uint8Array | undefined
  try {
    for await (const chunk of source) {
      // Held back, an empty last chunk would let all the bytes before it go unverified.
      if (chunk.byteLength === 0) continue
      digest.update(chunk)
      if (digest.size > blob.size) throw new Damage('a blob is longer than it was when it was stored')
      if (held !== undefined) yield held
      held = chunk
    }
    const { size, sha256 } = digest.finish()
    if (size < blob.size) throw new Damage('a blob is shorter than it was when it was stored')
    if (sha256 !== blob.sha256) throw new Damage('a blob does not have the SHA-256 it was stored with')
  } catch (error) {
    throw error instanceof StoreUnavailable ? error : new StoreUnavailable(operation, { cause: error })
  }
  if (held !== undefined) yield held
}
