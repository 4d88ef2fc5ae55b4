/** Gives a signal when nothing has happened for a while. */
export class IdleTimer {
  readonly #controller = new AbortController()
  readonly #timer: NodeJS.Timeout

  constructor(milliseconds: number) {
    this.#timer = setTimeout(() => {
      this.#controller.abort(new Error(`nothing moved for ${milliseconds} ms`))
    }, milliseconds)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Something happened: the wait starts anew. */
  restart(): void {
    this.#timer.refresh()
  }

  /** Gives the signal at once. */
  abort(reason: unknown): void {
    this.#controller.abort(reason)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}

/** Tells of every chunk that passes. */
export async function* watched(
  source: AsyncIterable<Uint8Array>,
  onChunk: () => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of source) {
    onChunk()
    yield chunk
  }
}
