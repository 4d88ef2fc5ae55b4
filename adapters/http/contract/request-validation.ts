import type { IncomingMessage } from 'node:http'
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js'
import type { RequestHandler } from 'express'
import { middleware as openApiMiddleware } from 'express-openapi-validator'
import type { JsonValue } from '../../../domain/json.ts'
import { HttpError } from '../errors/http-error.ts'
import type { OpenApiDocument, Operation } from './openapi-document.ts'

const MULTIPART = 'multipart/form-data'

/** Checks every request for an operation by the document: headers, content type, and JSON bodies. */
export function requestValidation({ json: { openapi, info }, operations }: OpenApiDocument): RequestHandler[] {
  const requests = [...operations].map(([path, { post }]): [string, object] => [path, { post: requestOf(post) }])
  const apiSpec: unknown = { openapi, info, servers: [{ url: '/' }], paths: Object.fromEntries(requests) }
  const validation = openApiMiddleware({
    apiSpec: apiSpec as Parameters<typeof openApiMiddleware>[0]['apiSpec'],
    $refParser: { mode: 'dereference' },
    fileUploader: false,
    validateSecurity: false,
    validateResponses: false,
    validateRequests: { discriminator: true, allowUnknownQueryParameters: true, coerceTypes: false },
  })
  return [hideContentTypeParameters, ...validation, restoreContentType]
}

/**
 * What an operation says of its requests. The validator walks through all that it is given when the first request for
 * an operation comes, examples and responses too: that would take it three times as long.
 */
function requestOf({ parameters = [], requestBody }: Operation = {}): object {
  const content = Object.entries(requestBody?.content ?? {}).map(([type, { schema }]): [string, object] => [
    type,
    // A streamed body is neither held nor parsed here: `payloadValidator` checks its payload part.
    { schema: type === MULTIPART ? { type: 'object' } : schema },
  ])
  return {
    parameters,
    requestBody: { required: requestBody?.required ?? false, content: Object.fromEntries(content) },
    responses: { default: { description: 'not checked here' } },
  }
}

const contentTypes = new WeakMap<IncomingMessage, string>()

/**
 * The validator compiles its schemas once for each content type it meets, parameters included, and keeps them for
 * ever: whoever made up parameters could fill the memory. No operation depends on them.
 */
const hideContentTypeParameters: RequestHandler = (request, _response, next) => {
  const contentType = request.headers['content-type']
  if (contentType !== undefined) {
    contentTypes.set(request, contentType)
    request.headers['content-type'] = contentType.split(';')[0]
  }
  next()
}

/** The boundary of a multipart body is still needed. */
const restoreContentType: RequestHandler = (request, _response, next) => {
  const contentType = contentTypes.get(request)
  if (contentType !== undefined) request.headers['content-type'] = contentType
  next()
}

/**
 * Checks the `payload` part of a multipart operation by the document.
 * @returns a check that throws {HttpError} `invalid_payload`
 */
export function payloadValidator({ base, operations }: OpenApiDocument, path: string): (payload: JsonValue) => void {
  const content = operations.get(`${base}${path}`)?.post?.requestBody?.content
  const schema = content?.[MULTIPART]?.schema.properties?.payload
  if (schema === undefined) throw new Error(`openapi.yaml describes no payload part for ${path}`)
  const validate = new Ajv2020({ strict: false, discriminator: true }).compile(schema)
  return (payload) => {
    if (!validate(payload)) throw new HttpError('invalid_payload', describe(validate.errors))
  }
}

function describe(errors: readonly ErrorObject[] | null | undefined): string {
  const [error] = errors ?? []
  return `payload${error?.instancePath ?? ''} ${error?.message ?? 'is invalid'}`
}
