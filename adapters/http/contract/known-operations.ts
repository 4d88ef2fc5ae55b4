import type { RequestHandler } from 'express'
import { HttpError } from '../errors/http-error.ts'
import type { OpenApiDocument } from './openapi-document.ts'

/**
 * Refuses what is no operation of the document, before anything of a body is read. A path is what the document says,
 * letter by letter; the request validation would let other cases and a slash behind it pass.
 */
export function knownOperations({ operations }: OpenApiDocument): RequestHandler {
  const methods = new Map(
    [...operations].map(([path, item]) => [path, Object.keys(item).map((method) => method.toUpperCase())]),
  )
  return (request, _response, next) => {
    const allowed = methods.get(request.path)
    if (allowed === undefined) throw new HttpError('not_found', 'there is nothing at this path')
    if (!allowed.includes(request.method)) {
      const headers = { allow: allowed.join(', ') }
      throw new HttpError('method_not_allowed', 'this path does not answer this method', { headers })
    }
    next()
  }
}

/** Where a body of this content type may be sent: nowhere else is it worth reading. */
export function pathsTaking({ operations }: OpenApiDocument, contentType: string): string[] {
  return [...operations]
    .filter(([, { post }]) => post?.requestBody?.content[contentType] !== undefined)
    .map(([path]) => path)
}
