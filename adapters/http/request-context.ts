import { randomUUID } from 'node:crypto'
import type { RequestHandler, Response } from 'express'

/** What a proxy or client may call its request; anything else could forge log lines. */
const SANE_REQUEST_ID = /^[A-Za-z0-9._-]{1,128}$/

/** Of every response: nothing of it may be kept by anyone in between. */
export const COMMON_HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const

/** Headers of every response: those, and an id to speak of it by. */
export const setCommonHeaders: RequestHandler = (request, response, next) => {
  const given = request.get('x-request-id')
  response.set({
    'x-request-id': given !== undefined && SANE_REQUEST_ID.test(given) ? given : randomUUID(),
    ...COMMON_HEADERS,
  })
  next()
}

export function requestIdOf(response: Response): string | undefined {
  return response.get('x-request-id')
}
