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

/** Milliseconds that a body of so many bytes is given at most. */
export function longestArrival(timeout: number, bytes: number): number {
  return timeout + Math.ceil((bytes / MIN_BYTES_PER_SECOND) * 1000)
}

/** Gives each body a deadline: `timeout` milliseconds, and a second more for each 16 KiB received. */
export function bodyDeadline(timeout: number): RequestHandler {
  return (request, response, next) => {
    const { socket } = request
    const bytesBefore = socket.bytesRead
    const startedAt = performance.now()
    const late = new AbortController()
    deadlines.set(request, late.signal)
    const check = (): void => {
      if (request.complete || response.headersSent) return
      const deadline = startedAt + longestArrival(timeout, socket.bytesRead - bytesBefore)
      const remaining = deadline - performance.now()
      if (remaining > 0) checkAfter(remaining)
      else late.abort(new HttpError('request_timeout', 'the body did not arrive in time'))
    }
    let timer: NodeJS.Timeout
    const checkAfter = (milliseconds: number): void => {
      // By the immediate, what arrived while this process stood still was read: that is no fault of the client.
      timer = setTimeout(() => setImmediate(check), milliseconds)
    }
    checkAfter(timeout)
    response.once('close', () => {
      clearTimeout(timer)
    })
    next()
  }
}
