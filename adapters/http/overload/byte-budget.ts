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

/** What somebody wants to have. */
export interface Reservation {
  readonly bytes: number
  /** Who: as {@link clientAddress} tells. */
  readonly holder: string
}

interface Waiter extends Reservation {
  readonly settle: (release: Release | undefined) => void
}

/**
 * So many bytes for all bodies in flight, of which one holder has half at most, or one body: nobody alone keeps all others
 * out. Whoever finds it used up waits a little, first come first served.
 */
export class ByteBudget {
  readonly #options: ByteBudgetOptions
  readonly #waiters: Waiter[] = []
  readonly #usedBy = new Map<string, number>()
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
  tryReserve(wanted: Reservation): Release | undefined {
    const isNext = !this.#waiters.some((waiter) => this.#hasShare(waiter))
    return isNext && this.#hasShare(wanted) && this.#fits(wanted) ? this.#take(wanted) : undefined
  }

  /**
   * @param gone aborted when nobody wants it any longer
   * @returns `undefined` if it cannot be had, not soon, or is not wanted any longer
   */
  reserve(wanted: Reservation, gone: AbortSignal): Promise<Release | undefined> {
    const release = this.tryReserve(wanted)
    const hopeless = wanted.bytes > this.#options.capacity || !this.#mayWait(wanted) || gone.aborted
    return release !== undefined || hopeless ? Promise.resolve(release) : this.#wait(wanted, gone)
  }

  #wait(wanted: Reservation, gone: AbortSignal): Promise<Release | undefined> {
    return new Promise((resolve) => {
      const waiter: Waiter = {
        ...wanted,
        settle: (release) => {
          clearTimeout(timer)
          gone.removeEventListener('abort', leave)
          this.#waiters.splice(this.#waiters.indexOf(waiter), 1)
          resolve(release)
        },
      }
      const leave = (): void => {
        waiter.settle(undefined)
        this.#serve() // it may have stood before a smaller one
      }
      const timer = setTimeout(leave, this.#options.patience)
      gone.addEventListener('abort', leave)
      this.#waiters.push(waiter)
    })
  }

  /** Who has to wait for a share of its own stands in nobody's way. */
  #serve(): void {
    for (const waiter of [...this.#waiters]) {
      if (!this.#hasShare(waiter)) continue
      if (!this.#fits(waiter)) return
      waiter.settle(this.#take(waiter))
    }
  }

  #fits({ bytes }: Reservation): boolean {
    return this.#used + bytes <= this.#options.capacity
  }

  #hasShare({ bytes, holder }: Reservation): boolean {
    const held = this.#usedBy.get(holder) ?? 0
    return held === 0 || held + bytes <= this.#options.capacity / 2
  }

  #mayWait({ holder }: Reservation): boolean {
    const { maxWaiting } = this.#options
    const own = this.#waiters.filter((waiter) => waiter.holder === holder).length
    return this.#waiters.length < maxWaiting && own < maxWaiting / 2
  }

  #take({ bytes, holder }: Reservation): Release {
    let held = bytes
    this.#add(holder, held)
    return () => {
      this.#add(holder, -held)
      held = 0
      this.#serve()
    }
  }

  #add(holder: string, bytes: number): void {
    this.#used += bytes
    const held = (this.#usedBy.get(holder) ?? 0) + bytes
    if (held === 0) this.#usedBy.delete(holder)
    else this.#usedBy.set(holder, held)
  }
}
