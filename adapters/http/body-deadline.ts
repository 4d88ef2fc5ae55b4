import type { RequestHandler } from 'express'
import { HttpError } from './http-error.ts'

/** Bytes that buy a second more: far below any network a backup is sent over, far above a connection held on purpose. */
const MIN_BYTES_PER_SECOND = 16 * 1024

/** Ends requests whose body does not arrive: within `timeout` milliseconds, and a second more for each 16 KiB received. */
export function bodyDeadline(timeout: number): RequestHandler {
  return (request, response, next) => {
    const { socket } = request
    const bytesBefore = socket.bytesRead
    const startedAt = performance.now()
    const check = (): void => {
      if (request.complete || response.headersSent) return
      const earned = ((socket.bytesRead - bytesBefore) / MIN_BYTES_PER_SECOND) * 1000
      const remaining = startedAt + timeout + earned - performance.now()
      if (remaining > 0) {
        timer = setTimeout(check, remaining)
        return
      }
      // The request's own reader learns by the broken body; the client is told here, as far as it still listens.
      response.once('finish', () => request.destroy())
      next(new HttpError('request_timeout', 'the body did not arrive in time'))
    }
    let timer = setTimeout(check, timeout)
    response.once('close', () => {
      clearTimeout(timer)
    })
    next()
  }
}
