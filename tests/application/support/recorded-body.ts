/** The bytes of an upload, which remembers whether anybody asked for them. Each reader gets all of them. */
export class RecordedBody implements AsyncIterable<Uint8Array> {
  reads = 0
  readonly #chunks: readonly Uint8Array[]
  readonly #failure: Error | undefined

  /** @param failure thrown after the last chunk */
  constructor(chunks: readonly Uint8Array[], failure?: Error) {
    this.#chunks = chunks
    this.#failure = failure
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    this.reads += 1
    yield* this.#chunks
    if (this.#failure !== undefined) throw this.#failure
  }
}
