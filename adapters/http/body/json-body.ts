import type { IncomingMessage } from 'node:http'
import type { RequestHandler } from 'express'
import { deadlineOf } from './body-deadline.ts'
import { HttpError } from '../errors/http-error.ts'
import { parseJson } from './parse-json.ts'
import { BoundedBytes } from './bounded-bytes.ts'

/**
 * Reads JSON bodies. Unlike a common body parser, which waits for the end of a body that it refuses, it refuses as
 * soon as it can: by `content-length` before anything is read, else by count.
 */
export function jsonBody(maxBytes: number): RequestHandler {
  return async (request, _response, next) => {
    if (typeof request.is('application/json') === 'string') {
      const bytes = await readBody(request, maxBytes)
      if (bytes.length > 0) request.body = parseJson(bytes)
    }
    next()
  }
}

/** @throws {HttpError} `content_too_large`, `request_timeout`, or `invalid_payload` for a body that breaks off */
function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  if (Number(request.headers['content-length']) > maxBytes) return Promise.reject(tooLarge(maxBytes))
  const deadline = deadlineOf(request)
  const reading = Promise.withResolvers<Buffer>()
  const body = new BoundedBytes(maxBytes)
  const take = (chunk: Buffer): void => {
    if (!body.add(chunk)) reading.reject(tooLarge(maxBytes))
  }
  const end = (): void => {
    reading.resolve(body.bytes)
  }
  const breakOff = (): void => {
    reading.reject(new HttpError('invalid_payload', 'the body broke off'))
  }
  const giveUp = (): void => {
    reading.reject(deadline?.reason)
  }
  request.on('data', take).on('end', end).on('error', breakOff).on('close', breakOff)
  deadline?.addEventListener('abort', giveUp)
  return reading.promise.finally(() => {
    // Not destroyed: what still comes is for whoever drains the request.
    request.off('data', take).off('end', end).off('error', breakOff).off('close', breakOff)
    deadline?.removeEventListener('abort', giveUp)
  })
}

function tooLarge(maxBytes: number): HttpError {
  return new HttpError('content_too_large', `the payload has at most ${maxBytes} bytes`)
}
