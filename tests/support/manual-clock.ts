import type { Clock } from '../../application/ports/clock.ts'

/** A clock that stands still until it is told to go on. Whoever sleeps wakes at once, and the time has passed. */
export class ManualClock implements Clock {
  #now: number

  /** @param now milliseconds since the epoch */
  constructor(now: number = Date.UTC(2026, 0, 1)) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds
  }

  async sleep(milliseconds: number): Promise<void> {
    this.advance(milliseconds)
  }
}
