import { HttpError } from '../../../../adapters/http/errors/http-error.ts'
import type { Attempt } from './attempt.ts'
import type { PortCalls } from './port-calls.ts'

const MOST_CHUNKS = 3

/** Content on its way from a client, who may be slow, and may be cut off. */
export async function* uploadOf(content: Uint8Array, attempt: Attempt, calls: PortCalls): AsyncGenerator<Uint8Array> {
  const chunks = 1 + (attempt.id % MOST_CHUNKS)
  const size = Math.ceil(content.length / chunks)
  for (let start = 0; start < content.length; start += size) {
    await calls.make('upload.chunk', async () => {}, brokenOff)
    yield content.subarray(start, start + size)
  }
}

function brokenOff(): HttpError {
  return new HttpError('multipart_error', 'the body ended too early')
}
