import type { RequestHandler } from 'express'
import { HttpError } from './errors/http-error.ts'

// What the head of a request must be before anything of its body is read.

/** RFC 9112 §3.2. Node would refuse a request without one itself, but not in JSON, and takes the first of several. */
export const requireHost: RequestHandler = ({ httpVersion, headersDistinct: { host = [] } }, _response, next) => {
  if (host.length > 1 || (httpVersion === '1.1' && host.length === 0)) {
    throw new HttpError('invalid_payload', 'the request does not have one host header')
  }
  next()
}

/** Nothing may be kept of an answer, so there is nothing to revalidate: express would answer `*` with a 304. */
export const ignoreConditions: RequestHandler = ({ headers }, _response, next) => {
  delete headers['if-none-match']
  next()
}

/** Refuses by its headers a body that is too large, would have to be decompressed, or whose end is in doubt. */
export function requirePlainBody(maxBytes: number): RequestHandler {
  return ({ httpVersion, headers }, _response, next) => {
    const { 'content-encoding': contentEncoding = 'identity', 'transfer-encoding': transferEncoding } = headers
    if (Number(headers['content-length']) > maxBytes) {
      throw new HttpError('content_too_large', `the body has at most ${maxBytes} bytes`)
    }
    // RFC 9112 §6.1: whoever is in between may have seen the body end elsewhere, so nothing that follows is believed.
    if (httpVersion === '1.0' && transferEncoding !== undefined) {
      throw new HttpError('invalid_payload', 'HTTP/1.0 has no transfer-encoding', { headers: { connection: 'close' } })
    }
    // Codings other than a last `chunked` never get here, those before it would be passed over.
    if (contentEncoding.toLowerCase() !== 'identity' || transferEncoding?.includes(',') === true) {
      throw new HttpError('unsupported_media_type', 'the body must not be compressed')
    }
    next()
  }
}
