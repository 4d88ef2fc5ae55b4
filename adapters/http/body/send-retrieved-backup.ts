import { pipeline } from 'node:stream/promises'
import type { Response } from 'express'
import type { RetrievedBackup } from '../../../application/use-cases/retrieve-backup.ts'
import { whenLate } from './body-deadline.ts'

const HEAD = '{"backup":"'

/**
 * Streams a backup as base64 inside JSON, never holding it whole. The content length is exact, so a client can tell
 * a download that broke off from a whole one. Returns early if the client goes away: that is no fault of ours. So it does
 * when the client takes too long, since it holds what is read from the store for all that time: its connection is cut off.
 * @param timeout milliseconds for the client to take it, with a second more for each 16 KiB taken
 */
export async function sendRetrievedBackup(
  response: Response,
  retrieved: RetrievedBackup,
  timeout: number,
): Promise<void> {
  const { size, blob, metadata, syncFactorToken } = retrieved
  let written = 0
  // Not what went over the connection: earlier responses may be on it, and this one wait for them.
  const taken = (): number => written - response.writableLength
  const stop = whenLate(timeout, taken, () => response.req.socket.destroy())
  try {
    const tail = `",${JSON.stringify({ metadata, syncFactorToken }).slice(1)}`
    response.status(200).set({
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(HEAD.length + Math.ceil(size / 3) * 4 + Buffer.byteLength(tail)),
    })
    await pipeline(async function* () {
      yield HEAD
      for await (const chunk of base64(blob.body)) {
        written += chunk.length
        yield chunk
      }
      yield tail
    }, response)
  } catch (error) {
    if (!isPrematureClose(error)) throw error
  } finally {
    stop()
    await blob.close()
  }
}

/** The stores have errors of their own: this one is of the response. */
function isPrematureClose(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE'
}

/** Base64 (RFC 4648 §4) of the whole, chunk by chunk: up to two bytes wait for the next, as padding comes last only. */
async function* base64(body: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let waiting = Buffer.alloc(0)
  for await (const chunk of body) {
    const bytes =
      waiting.length === 0
        ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
        : Buffer.concat([waiting, chunk])
    const whole = bytes.length - (bytes.length % 3)
    waiting = Buffer.from(bytes.subarray(whole))
    if (whole > 0) yield encode(bytes.subarray(0, whole))
  }
  if (waiting.length > 0) yield encode(waiting)
}

/** As bytes: a string would wait for the socket in the heap, and a crowd of slow downloads with it. */
function encode(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString('base64'), 'latin1')
}
