/** Runs work of one key one after the other, and of different keys side by side. */
export class KeyedMutex {
  readonly #last = new Map<string, Promise<unknown>>()

  /** @returns what `work` does, which begins when all earlier work of that key is over, failed or not */
  async runExclusive<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const run = afterwards(this.#last.get(key), work)
    this.#last.set(key, run)
    try {
      return await run
    } finally {
      // Nobody came after: nothing is kept of a key that nobody works on.
      if (this.#last.get(key) === run) this.#last.delete(key)
    }
  }
}

async function afterwards<Result>(earlier: Promise<unknown> | undefined, work: () => Promise<Result>): Promise<Result> {
  await Promise.allSettled([earlier])
  return work()
}
