import type { FileHandle } from 'node:fs/promises'

/**
 * A multiple of 3, so that base64 can be made of each chunk by itself. Its base64 stays below the size from which the
 * engine treats a string as a large object, which it frees far later: a crowd of downloads took a third more memory.
 */
const CHUNK_BYTES = 48 * 1024

/** The rest of a file, in full chunks and a last shorter one. Closes it at the end, on failure, and when left early. */
export async function* chunksOf(handle: FileHandle): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for (;;) {
      const chunk = await readChunk(handle)
      if (chunk.byteLength > 0) yield chunk
      if (chunk.byteLength < CHUNK_BYTES) return
    }
  } finally {
    await handle.close()
  }
}

/** One read may give less than there is. */
async function readChunk(handle: FileHandle): Promise<Uint8Array> {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
  let filled = 0
  while (filled < CHUNK_BYTES) {
    const { bytesRead } = await handle.read(chunk, filled, CHUNK_BYTES - filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return chunk.subarray(0, filled)
}
