import type { BackendRequest } from './backend-request.ts'

/** What an operation is expected to ask its backends for. */
export interface ExpectedRequests {
  /** What it waits for, one after the other; what stands together is asked side by side. */
  readonly waves: readonly (readonly string[])[]
  /** What it asks for without waiting. */
  readonly behind?: readonly string[]
}

/**
 * Holds each request back until all that are expected beside it have come, and what nobody waits for until the answer is
 * there. So it shows what waits for what: requests that wait for each other never come together.
 */
export class RequestWaves {
  /** Requests that were not expected when they came. From the first of them on nothing is held back. */
  readonly unexpected: string[] = []
  readonly #waves: string[][]
  readonly #behind: string[]
  readonly #answered = Promise.withResolvers<undefined>()
  #wave = Promise.withResolvers<undefined>()

  constructor({ waves, behind = [] }: ExpectedRequests) {
    this.#waves = waves.map((wave) => [...wave])
    this.#behind = [...behind]
  }

  /** What has not come yet. */
  get missing(): readonly string[] {
    return [...this.#waves.flat(), ...this.#behind]
  }

  /** Resolves when the request may go on. */
  async admit({ operation }: BackendRequest): Promise<'pass'> {
    const [wave = []] = this.#waves
    if (take(wave, operation)) await this.#wholeWave(wave)
    else if (take(this.#behind, operation)) await this.#answered.promise
    else this.#letGo(operation)
    return 'pass'
  }

  /** The answer is there. */
  answered(): void {
    this.#answered.resolve(undefined)
  }

  async #wholeWave(wave: readonly string[]): Promise<void> {
    const { promise, resolve } = this.#wave
    if (wave.length === 0) {
      this.#waves.shift()
      this.#wave = Promise.withResolvers()
      resolve(undefined)
    }
    if (this.unexpected.length === 0) await promise
  }

  #letGo(unexpected: string): void {
    this.unexpected.push(unexpected)
    this.#wave.resolve(undefined)
    this.#answered.resolve(undefined)
  }
}

function take(names: string[], name: string): boolean {
  const index = names.indexOf(name)
  if (index !== -1) names.splice(index, 1)
  return index !== -1
}
