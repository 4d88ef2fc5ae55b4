/** The world's time, and the only way to let some of it pass. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Resolves after `milliseconds`. */
  sleep(milliseconds: number): Promise<void>
}

/** Seconds since the epoch, rounded down, as tokens and factors are dated. */
export function unixSeconds(clock: Clock): number {
  return Math.floor(clock.now() / 1000)
}
