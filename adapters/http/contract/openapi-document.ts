import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import $RefParser from '@apidevtools/json-schema-ref-parser'

/** The contract, as it is written and as the server checks by it. */
export interface OpenApiDocument {
  /** The text of openapi.yaml. */
  readonly source: string
  /** The same as JSON, references and all. */
  readonly document: OpenApiObject
  /** Without references, for validators. */
  readonly dereferenced: OpenApiObject
}

/** What of an OpenAPI Object (OpenAPI 3.1 §4.8.1) is read here. */
export interface OpenApiObject {
  readonly openapi: string
  readonly info: unknown
  readonly servers: unknown
  readonly paths: Readonly<Record<string, PathItem>>
}

export interface PathItem {
  readonly servers?: readonly unknown[]
  readonly get?: Operation
  readonly post?: Operation
}

export interface Operation {
  readonly parameters?: readonly unknown[]
  readonly requestBody?: {
    readonly required?: boolean
    readonly content: Readonly<Record<string, { readonly schema: Schema }>>
  }
}

/** A JSON Schema (2020-12). */
export interface Schema {
  readonly [keyword: string]: unknown
  readonly properties?: Readonly<Record<string, Schema>>
}

const LOCATION = fileURLToPath(new URL('../../../openapi.yaml', import.meta.url))

export async function loadOpenApiDocument(): Promise<OpenApiDocument> {
  const [source, document, dereferenced] = await Promise.all([
    readFile(LOCATION, 'utf8'),
    $RefParser.parse<OpenApiObject>(LOCATION),
    $RefParser.dereference<OpenApiObject>(LOCATION),
  ])
  return { source, document, dereferenced }
}
