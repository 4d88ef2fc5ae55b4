import { setTimeout } from 'node:timers/promises'
import type { Clock } from '../../application/ports/clock.ts'

/** The machine's clock and Node's timers. */
export class SystemClock implements Clock {
  now(): number {
    return Date.now()
  }

  async sleep(milliseconds: number): Promise<void> {
    await setTimeout(milliseconds)
  }
}
