import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

/** A JSON Schema (2020-12), as far as the tests read it. */
export interface JsonSchema {
  readonly type?: string | readonly string[]
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly oneOf?: readonly JsonSchema[]
  readonly discriminator?: { readonly propertyName: string }
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
}

export interface MediaType {
  readonly schema: JsonSchema
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>
}

export interface DocumentedHeader {
  readonly required?: boolean
  readonly schema: JsonSchema
}

export interface DocumentedResponse {
  readonly description: string
  readonly headers?: Readonly<Record<string, DocumentedHeader>>
  readonly content?: Readonly<Record<string, MediaType>>
}

export interface DocumentedOperation {
  readonly operationId: string
  readonly description: string
  readonly 'x-error-codes': Readonly<Record<string, readonly string[]>>
  readonly requestBody?: { readonly required?: boolean; readonly content: Readonly<Record<string, MediaType>> }
  readonly responses: Readonly<Record<string, DocumentedResponse>>
}

interface PathItem {
  readonly servers?: readonly { readonly url: string }[]
  readonly get?: DocumentedOperation
  readonly post?: DocumentedOperation
}

interface OpenApiDocument {
  readonly servers: readonly { readonly url: string }[]
  readonly paths: Readonly<Record<string, PathItem>>
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> }
}

/** An operation and where a client finds it. */
export interface ContractOperation extends DocumentedOperation {
  readonly method: 'GET' | 'POST'
  /** As it stands in the request line. */
  readonly path: string
}

const SOURCE = new URL('../../openapi.yaml', import.meta.url)

/** openapi.yaml with every reference replaced by what it refers to: read without the service's code. */
export const CONTRACT = dereference(parse(readFileSync(SOURCE, 'utf8'))) as OpenApiDocument

export const OPERATIONS: readonly ContractOperation[] = Object.entries(CONTRACT.paths).flatMap(([path, item]) => {
  const [server] = item.servers ?? CONTRACT.servers
  const location = `${server?.url.replace(/\/$/, '') ?? ''}${path}`
  const found: ContractOperation[] = []
  if (item.get !== undefined) found.push({ ...item.get, method: 'GET', path: location })
  if (item.post !== undefined) found.push({ ...item.post, method: 'POST', path: location })
  return found
})

/** Those below /v1. */
export const POST_OPERATIONS = OPERATIONS.filter(({ method }) => method === 'POST')

export const ERROR_SCHEMA = schemaNamed('Error')

export function schemaNamed(name: string): JsonSchema {
  const schema = CONTRACT.components.schemas[name]
  if (schema === undefined) throw new Error(`openapi.yaml has no schema ${name}`)
  return schema
}

export function operationAt(path: string): ContractOperation {
  const operation = OPERATIONS.find((candidate) => candidate.path === path)
  if (operation === undefined) throw new Error(`openapi.yaml has no path ${path}`)
  return operation
}

/** What refers to the same thing becomes the same object, so that a schema is compiled once. */
function dereference(document: unknown): unknown {
  const resolved = new Map<string, unknown>()
  const follow = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(follow)
    if (!isObject(node)) return node
    const { $ref: reference, ...rest } = node
    if (typeof reference === 'string') {
      if (!resolved.has(reference)) resolved.set(reference, follow(lookUp(document, reference)))
      return resolved.get(reference)
    }
    // Ajv knows `discriminator`, but not its `mapping`.
    if (isObject(rest.discriminator)) rest.discriminator = { propertyName: rest.discriminator.propertyName }
    return Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, follow(value)]))
  }
  return follow(document)
}

/** @param reference `#/a/b`, a JSON Pointer as a fragment (RFC 6901 §6) */
function lookUp(document: unknown, reference: string): unknown {
  const steps = reference.split('/').slice(1)
  return steps.reduce((node, step) => (isObject(node) ? node[step] : undefined), document)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
