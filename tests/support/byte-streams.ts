/** `bytes` in chunks of these sizes, the last size again and again until all is out. */
export async function* chunked(bytes: Uint8Array, ...sizes: number[]): AsyncGenerator<Uint8Array, void, undefined> {
  let start = 0
  for (let index = 0; start < bytes.length; index += 1) {
    const size = sizes[Math.min(index, sizes.length - 1)] ?? bytes.length
    yield bytes.subarray(start, start + size)
    start += size
  }
}

/** Gives `bytes` and then fails instead of ending. */
export async function* failingAfter(bytes: Uint8Array, error: Error): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes
  throw error
}

export async function readAll(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks)
}

export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = []
  for await (const item of items) collected.push(item)
  return collected
}

/** What a reader was given before the body ended or failed. */
export async function readUntilFailure(body: AsyncIterable<Uint8Array>): Promise<{ received: Buffer; error: unknown }> {
  const chunks: Uint8Array[] = []
  try {
    for await (const chunk of body) chunks.push(chunk)
    return { received: Buffer.concat(chunks), error: undefined }
  } catch (error) {
    return { received: Buffer.concat(chunks), error }
  }
}
