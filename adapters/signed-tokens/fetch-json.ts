/** How far a server that is not ours is trusted with our time and memory. */
export interface FetchLimits {
  /** For the whole response, the body included. */
  readonly timeoutMs: number
  /** Of the body, once decompressed. */
  readonly maxBytes: number
}

/**
 * A JSON document by GET, in one request: redirects are refused, because the configured URL is the one that is trusted.
 * @returns as `JSON.parse` gives it
 * @throws {Error} whatever is wrong with the answer, or that there was none; nothing of its content is in the message
 */
export async function fetchJson(
  url: URL,
  { timeoutMs, maxBytes }: FetchLimits,
  fetch: typeof globalThis.fetch,
): Promise<unknown> {
  const response = await fetch(url, {
    headers: { accept: 'application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  })
  if (response.status !== 200 || response.body === null) {
    await response.body?.cancel()
    throw new Error(`status ${response.status}`)
  }
  return parseJson(await readBytes(response.body, maxBytes))
}

/** Leaving the loop cancels the stream, so no more than the limit is ever held. */
async function readBytes(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    if (size > maxBytes) throw new Error(`more than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new Error('not JSON') // V8 quotes the text
  }
}
