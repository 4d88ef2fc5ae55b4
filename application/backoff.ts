import type { Clock } from './ports/clock.ts'
import type { Random } from './ports/random.ts'

/** Pauses between attempts, with full jitter: those who failed together do not come back together. */
export class Backoff {
  readonly #clock: Pick<Clock, 'sleep'>
  readonly #random: Pick<Random, 'fraction'>
  readonly #firstPause: number
  readonly #longestPause: number

  /** @param pauses in milliseconds, at most; each is twice the one before it, up to the longest */
  constructor(
    clock: Pick<Clock, 'sleep'>,
    random: Pick<Random, 'fraction'>,
    pauses: { readonly first: number; readonly longest: number },
  ) {
    this.#clock = clock
    this.#random = random
    this.#firstPause = pauses.first
    this.#longestPause = pauses.longest
  }

  /** @param attempt 1 after the first that failed */
  async pause(attempt: number): Promise<void> {
    const longest = Math.min(this.#firstPause * 2 ** (attempt - 1), this.#longestPause)
    await this.#clock.sleep(this.#random.fraction() * longest)
  }
}
