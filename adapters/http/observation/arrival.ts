import type { IncomingMessage } from 'node:http'

const arrivals = new WeakMap<IncomingMessage, number>()

/** To be called when the header of the request has been read, where it may wait before anything else is done. */
export function noteArrival(request: IncomingMessage): number {
  const now = performance.now()
  arrivals.set(request, now)
  return now
}

/** Milliseconds, as `performance.now()` tells them: what was noted, or else now. */
export function arrivalOf(request: IncomingMessage): number {
  return arrivals.get(request) ?? performance.now()
}
