import { STATUS_CODES, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { errorResponse } from '../errors/error-response.ts'
import { HttpError } from '../errors/http-error.ts'
import { COMMON_HEADERS, chooseRequestId } from '../request-context.ts'
import type { UnansweredResponses } from './unanswered-responses.ts'

/**
 * Answers what is no HTTP, or comes too slowly to become a request, and so never reaches the app; then the connection
 * ends. Requests before it have their answers first (RFC 9112 §9.3.2): this one in place of theirs would tell of a
 * refusal where something took effect.
 * @param answered connections that have this answer or wait for it: what else comes over them is not read
 */
export function answerUnparsable(
  error: NodeJS.ErrnoException,
  socket: Duplex,
  unanswered: UnansweredResponses,
  answered: WeakSet<Duplex>,
): void {
  const arriving = unanswered.toArrivingRequest(socket)
  const earlier = unanswered.lastToWholeRequest(socket)
  const isBegun = arriving?.headersSent === true && earlier === undefined
  if (error.code === 'ECONNRESET' || !socket.writable || isBegun) {
    socket.destroy()
    return
  }
  if (answered.has(socket)) return
  answered.add(socket)
  const answer = (): void => {
    if (!socket.writable) return
    // Refused for another reason meanwhile, its answer came behind those before it.
    if (arriving?.headersSent === true) socket.end()
    else socket.end(textOf(refusalFor(error.code), arriving?.req))
  }
  if (earlier === undefined) answer()
  else earlier.once('close', answer)
}

function textOf(refusal: HttpError, request: IncomingMessage | undefined): string {
  const { status, body } = errorResponse(refusal)
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    ...COMMON_HEADERS,
    'x-request-id': chooseRequestId(request?.headers),
    connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...lines, '', body].join('\r\n')
}

function refusalFor(code: string | undefined): HttpError {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new HttpError('request_timeout', 'the request did not arrive in time')
    case 'HPE_HEADER_OVERFLOW':
      return new HttpError('content_too_large', 'the header is too large')
    default:
      return new HttpError('invalid_payload', 'this is not HTTP/1.1')
  }
}
