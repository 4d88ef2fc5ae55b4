import type { IncomingMessage, ServerResponse } from 'node:http'
import { errorResponse } from './error-response.ts'

export interface DrainLimits {
  /** Bytes of a refused body that are still taken in. */
  readonly maxBytes: number
  readonly maxMilliseconds: number
}

/**
 * Answers with an error. A client that is still sending would lose the answer if the connection just closed (RFC 9112
 * §9.6): so the answer goes out at once, what the client still sends is thrown away up to the limits, and only then
 * the connection closes.
 */
export function refuse(request: IncomingMessage, response: ServerResponse, error: unknown, limits: DrainLimits): void {
  const { status, headers, body } = errorResponse(error)
  response.statusCode = status
  const content = {
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
  }
  for (const [name, value] of Object.entries({ ...headers, ...content })) response.setHeader(name, value)
  if (request.complete || request.destroyed || !announcesBody(request)) {
    response.end(body)
    return
  }
  response.setHeader('connection', 'close')
  response.write(body)
  drain(request, limits, () => {
    response.end()
  })
}

/** RFC 9112 §6.3: until Node has looked for its end, a request without a body is not yet complete either. */
function announcesBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

function drain(request: IncomingMessage, { maxBytes, maxMilliseconds }: DrainLimits, done: () => void): void {
  let drained = 0
  const finish = (): void => {
    clearTimeout(timer)
    request.off('data', count).off('end', finish).off('close', finish)
    done()
  }
  const count = (chunk: Buffer): void => {
    drained += chunk.byteLength
    if (drained > maxBytes) finish()
  }
  const timer = setTimeout(finish, maxMilliseconds)
  request.on('data', count).on('end', finish).on('close', finish).resume()
}
