import type { Clock } from '../../../../application/ports/clock.ts'
import type { PortCalls } from '../engine/port-calls.ts'
import type { VirtualTime } from '../engine/virtual-time.ts'

/** The clock of one machine, which is always somewhat wrong. */
export class InstanceClock implements Clock {
  readonly #time: VirtualTime
  readonly #calls: PortCalls
  readonly #skew: number

  /** @param skew milliseconds */
  constructor(time: VirtualTime, calls: PortCalls, skew: number) {
    this.#time = time
    this.#calls = calls
    this.#skew = skew
  }

  now(): number {
    return this.#time.now() + this.#skew
  }

  sleep(milliseconds: number): Promise<void> {
    return this.#calls.sleep(milliseconds)
  }
}
