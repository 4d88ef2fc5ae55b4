import type { RequestHandler } from 'express'
import { HttpError } from '../errors/http-error.ts'
import type { OpenApiDocument } from './openapi-document.ts'

/**
 * Refuses what the document does not have below `base`, before anything of a body is read. A path is what the document
 * says, letter by letter; the request validation would let other cases and a slash behind it pass.
 */
export function knownOperations({ document }: OpenApiDocument, base: string): RequestHandler {
  const methods = new Map(
    Object.entries(document.paths)
      .filter(([, item]) => item.servers === undefined)
      .map(([path, item]) => [`${base}${path}`, Object.keys(item).map((method) => method.toUpperCase())]),
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
export function pathsTaking({ dereferenced: { paths } }: OpenApiDocument, base: string, contentType: string): string[] {
  return Object.entries(paths)
    .filter(([, { post }]) => post?.requestBody?.content[contentType] !== undefined)
    .map(([path]) => `${base}${path}`)
}
