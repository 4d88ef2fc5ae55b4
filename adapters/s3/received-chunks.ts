import type { Readable } from 'node:stream'

/**
 * The chunks of a download. Fails when the next one does not come in time; how long the reader takes does not count.
 * Leaving early ends the download.
 * @param idleTimeout milliseconds
 */
export async function* receivedChunks(
  download: Readable,
  idleTimeout: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const chunks: AsyncIterator<Uint8Array, void> = download[Symbol.asyncIterator]()
  try {
    for (;;) {
      const timer = setTimeout(() => {
        download.destroy(new Error(`nothing came for ${idleTimeout} ms`))
      }, idleTimeout)
      const next = await chunks.next().finally(() => clearTimeout(timer))
      if (next.done === true) return
      yield next.value
    }
  } finally {
    download.destroy()
  }
}
