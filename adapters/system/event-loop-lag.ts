import { monitorEventLoopDelay } from 'node:perf_hooks'

/** Milliseconds. */
const RESOLUTION = 10
/** Milliseconds. Long enough for a few turns of a loop that is late, short enough to follow it. */
const WINDOW = 200
const NANOSECONDS = 1e6

/** By how much the event loop ran late in the last moments. */
export class EventLoopLag {
  readonly #delays = monitorEventLoopDelay({ resolution: RESOLUTION })
  readonly #timer: NodeJS.Timeout
  #milliseconds = 0

  constructor() {
    this.#delays.enable()
    this.#timer = setInterval(() => {
      this.#sample()
    }, WINDOW).unref()
  }

  /** The mean over a window: one long turn, as a garbage collection makes, is not yet overload. */
  get milliseconds(): number {
    return this.#milliseconds
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#delays.disable()
  }

  /** Without a delay in the window, what is known stays. */
  #sample(): void {
    const { count, mean } = this.#delays
    if (count === 0) return
    this.#milliseconds = Math.max(0, mean / NANOSECONDS - RESOLUTION)
    this.#delays.reset()
  }
}
