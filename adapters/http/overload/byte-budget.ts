/** Gives back what was reserved; the second call does nothing. */
export type Release = () => void

export interface ByteBudgetOptions {
  /** Bytes that may be reserved at once. */
  readonly capacity: number
  /** Milliseconds that a reservation waits for others to be released. */
  readonly patience: number
  /** Reservations that wait at once. */
  readonly maxWaiting: number
}

interface Waiter {
  readonly bytes: number
  readonly settle: (release: Release | undefined) => void
}

/** So many bytes for all bodies in flight. Whoever finds it used up waits a little, first come first served. */
export class ByteBudget {
  readonly #options: ByteBudgetOptions
  readonly #waiters: Waiter[] = []
  #used = 0

  constructor(options: ByteBudgetOptions) {
    this.#options = options
  }

  /** Bytes reserved now. */
  get used(): number {
    return this.#used
  }

  get waiting(): number {
    return this.#waiters.length
  }

  /** @returns `undefined` if it cannot be had now, or others came first */
  tryReserve(bytes: number): Release | undefined {
    return this.#waiters.length === 0 && this.#fits(bytes) ? this.#take(bytes) : undefined
  }

  /**
   * @param gone aborted when nobody wants it any longer
   * @returns `undefined` if it cannot be had, not soon, or is not wanted any longer
   */
  reserve(bytes: number, gone: AbortSignal): Promise<Release | undefined> {
    const release = this.tryReserve(bytes)
    const { capacity, maxWaiting } = this.#options
    const hopeless = bytes > capacity || this.#waiters.length >= maxWaiting || gone.aborted
    return release !== undefined || hopeless ? Promise.resolve(release) : this.#wait(bytes, gone)
  }

  #wait(bytes: number, gone: AbortSignal): Promise<Release | undefined> {
    return new Promise((resolve) => {
      const waiter: Waiter = {
        bytes,
        settle: (release) => {
          clearTimeout(timer)
          gone.removeEventListener('abort', leave)
          resolve(release)
        },
      }
      const leave = (): void => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1)
        waiter.settle(undefined)
        this.#serve() // it may have stood before a smaller one
      }
      const timer = setTimeout(leave, this.#options.patience)
      gone.addEventListener('abort', leave)
      this.#waiters.push(waiter)
    })
  }

  #serve(): void {
    for (let next = this.#waiters[0]; next !== undefined && this.#fits(next.bytes); next = this.#waiters[0]) {
      this.#waiters.shift()
      next.settle(this.#take(next.bytes))
    }
  }

  #fits(bytes: number): boolean {
    return this.#used + bytes <= this.#options.capacity
  }

  #take(bytes: number): Release {
    let held = bytes
    this.#used += held
    return () => {
      this.#used -= held
      held = 0
      this.#serve()
    }
  }
}
