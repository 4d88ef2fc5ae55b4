import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import $RefParser from '@apidevtools/json-schema-ref-parser'

/** The contract, as it is written and as the server goes by it. */
export interface OpenApiDocument {
  /** The text of openapi.yaml. */
  readonly yaml: string
  /** The same as JSON, references and all. */
  readonly json: OpenApiObject
  /** What the path of each operation begins with. */
  readonly base: string
  /**
   * What stands below {@link base}, by the whole path, as validators want it: without references, and without the
   * mappings of discriminators.
   */
  readonly operations: ReadonlyMap<string, PathItem>
  /** What stands at the root, for operators and developers. */
  readonly operationalPaths: ReadonlySet<string>
}

/** What of an OpenAPI Object (OpenAPI 3.1 §4.8.1) is read here. */
export interface OpenApiObject {
  readonly openapi: string
  readonly info: unknown
  readonly servers: readonly [{ readonly url: string }]
  readonly paths: Readonly<Record<string, PathItem>>
}

export interface PathItem {
  /** Of the operational paths only: all others stand below the one server of the document. */
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
  const [yaml, json, dereferenced] = await Promise.all([
    readFile(LOCATION, 'utf8'),
    $RefParser.parse<OpenApiObject>(LOCATION),
    $RefParser.dereference<OpenApiObject>(LOCATION),
  ])
  removeDiscriminatorMappings(dereferenced)
  const [{ url: base }] = json.servers
  const paths = Object.entries(dereferenced.paths)
  const operations = paths.filter(([, { servers }]) => servers === undefined)
  const operational = paths.filter(([, { servers }]) => servers !== undefined)
  return {
    yaml,
    json,
    base,
    operations: new Map(operations.map(([path, item]) => [`${base}${path}`, item])),
    operationalPaths: new Set(operational.map(([path]) => path)),
  }
}

/** Ajv knows `discriminator`, but not its `mapping`. */
function removeDiscriminatorMappings(document: unknown): void {
  const seen = new Set<unknown>()
  const visit = (node: unknown): void => {
    if (!isObject(node) || seen.has(node)) return
    seen.add(node)
    if (isObject(node.discriminator)) delete node.discriminator.mapping
    Object.values(node).forEach(visit)
  }
  visit(document)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
