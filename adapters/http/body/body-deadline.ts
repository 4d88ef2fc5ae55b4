import type { IncomingMessage } from 'node:http'
import type { RequestHandler } from 'express'
import { HttpError } from '../errors/http-error.ts'

/** Bytes that buy a second more: far below any network for backups, far above a connection held on purpose. */
const MIN_BYTES_PER_SECOND = 16 * 1024

const deadlines = new WeakMap<IncomingMessage, AbortSignal>()

/** Aborted, with an {HttpError} `request_timeout`, when the body is late: whoever reads it gives up with that. */
export function deadlineOf(request: IncomingMessage): AbortSignal | undefined {
  return deadlines.get(request)
}

/** Milliseconds that a body of so many bytes is given at most, on its way in as on its way out. */
export function longestArrival(timeout: number, bytes: number): number {
  return timeout + Math.ceil((bytes / MIN_BYTES_PER_SECOND) * 1000)
}

/** Gives each body a deadline: `timeout` milliseconds, and a second more for each 16 KiB received. */
export function bodyDeadline(timeout: number): RequestHandler {
  return (request, response, next) => {
    const { socket } = request
    const bytesBefore = socket.bytesRead
    const late = new AbortController()
    deadlines.set(request, late.signal)
    const received = (): number => socket.bytesRead - bytesBefore
    const stop = whenLate(timeout, received, () => {
      if (request.complete || response.headersSent) return
      late.abort(new HttpError('request_timeout', 'the body did not arrive in time'))
    })
    response.once('close', stop)
    next()
  }
}

/**
 * Calls `onLate` when `timeout` milliseconds, and a second more for each 16 KiB that have moved, are over.
 * @param moved bytes so far
 * @returns what keeps it from being called any more
 */
export function whenLate(timeout: number, moved: () => number, onLate: () => void): () => void {
  const startedAt = performance.now()
  let timer: NodeJS.Timeout
  let stopped = false
  const check = (): void => {
    if (stopped) return
    const remaining = startedAt + longestArrival(timeout, moved()) - performance.now()
    if (remaining > 0) checkAfter(remaining)
    else onLate()
  }
  const checkAfter = (milliseconds: number): void => {
    // By the immediate, what moved while this process stood still is known: that is no fault of the client.
    timer = setTimeout(() => setImmediate(check), milliseconds)
  }
  checkAfter(timeout)
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}
