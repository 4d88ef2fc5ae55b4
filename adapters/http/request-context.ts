import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { RequestHandler, Response } from 'express'

/** What a proxy or client may call its request; anything else could forge log lines. */
const SANE_REQUEST_ID = /^[A-Za-z0-9._-]{1,128}$/

/** Of every response: nothing of it may be kept by anyone in between. */
export const COMMON_HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const

/** An id to speak of a request by: what its sender calls it, if that is sane. */
export function chooseRequestId(headers: IncomingHttpHeaders | undefined): string {
  const given = headers?.['x-request-id']
  return typeof given === 'string' && SANE_REQUEST_ID.test(given) ? given : randomUUID()
}

/** Headers of every response: those, and the id of the request. */
export const setCommonHeaders: RequestHandler = ({ headers }, response, next) => {
  response.set({ 'x-request-id': chooseRequestId(headers), ...COMMON_HEADERS })
  next()
}

export function requestIdOf(response: Response): string | undefined {
  return response.get('x-request-id')
}
