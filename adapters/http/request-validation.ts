import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js'
import type { RequestHandler } from 'express'
import { middleware as openApiMiddleware } from 'express-openapi-validator'
import type { JsonValue } from '../../domain/json.ts'
import { HttpError } from './http-error.ts'
import type { OpenApiDocument, OpenApiObject } from './openapi-document.ts'

const MULTIPART = 'multipart/form-data'

/** Checks every request to `/v1` by the document: path, method, content type, and JSON bodies. */
export function requestValidation({ dereferenced }: OpenApiDocument): RequestHandler[] {
  const { paths, ...rest } = withoutDiscriminatorMappings(dereferenced)
  for (const { post } of Object.values(paths)) {
    // A streamed body is neither held nor parsed here: `payloadValidator` checks its payload part.
    const multipart = post?.requestBody?.content[MULTIPART]
    if (multipart !== undefined) multipart.schema = { type: 'object' }
  }
  // The validator does not know path-level servers, and would look for the operational paths below /v1.
  const versioned = Object.entries(paths).filter(([, item]) => item.servers === undefined)
  const apiSpec: unknown = { ...rest, paths: Object.fromEntries(versioned) }
  return openApiMiddleware({
    apiSpec: apiSpec as Parameters<typeof openApiMiddleware>[0]['apiSpec'],
    $refParser: { mode: 'dereference' },
    fileUploader: false,
    validateSecurity: false,
    validateResponses: false,
    validateRequests: { discriminator: true, allowUnknownQueryParameters: true, coerceTypes: false },
  })
}

/**
 * Checks the `payload` part of a multipart operation by the document.
 * @returns a check that throws {HttpError} `invalid_payload`
 */
export function payloadValidator({ dereferenced }: OpenApiDocument, path: string): (payload: JsonValue) => void {
  const content = withoutDiscriminatorMappings(dereferenced).paths[path]?.post?.requestBody?.content
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

/** Ajv knows `discriminator`, but not its `mapping`. */
function withoutDiscriminatorMappings(document: OpenApiObject): OpenApiObject {
  const copy = structuredClone(document)
  const seen = new Set<unknown>()
  const visit = (node: unknown): void => {
    if (!isObject(node) || seen.has(node)) return
    seen.add(node)
    if (isObject(node.discriminator)) delete node.discriminator.mapping
    Object.values(node).forEach(visit)
  }
  visit(copy)
  return copy
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
