/** Has work of one name done one after the other, and of different names side by side. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>()

  /** @returns what `work` does, which begins when all work of that name is over, failed or not */
  async take<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const turn = afterwards(this.#last.get(name), work)
    this.#last.set(name, turn)
    try {
      return await turn
    } finally {
      // Nobody came after: nothing is kept of a name that nobody works for.
      if (this.#last.get(name) === turn) this.#last.delete(name)
    }
  }
}

async function afterwards<Result>(earlier: Promise<unknown> | undefined, work: () => Promise<Result>): Promise<Result> {
  await Promise.allSettled([earlier])
  return work()
}
