import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import {
  ERROR_SCHEMA,
  OPERATIONS,
  type ContractOperation,
  type DocumentedResponse,
  type JsonSchema,
} from './http-contract.ts'

export interface ReceivedResponse {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** What the contract fixes for every error, wherever it comes from. */
const RETRYABLE = new Set<unknown>(['conflict', 'too_many_requests', 'unavailable'])

/** The one operation that may use its challenge up and then be unavailable: there `allowRetry` says which of the two. */
const MAY_BE_USED_UP = 'retrieveFromChallenge'

const ajv = new Ajv2020({ strict: false, discriminator: true, allErrors: true })
addFormats.default(ajv)
const validators = new WeakMap<JsonSchema, ValidateFunction>()

/**
 * Everything in which a response differs from openapi.yaml: status, headers, content type, body, and error code.
 * @param path of the request, without its query
 */
export function violationsOf(method: string, path: string, response: ReceivedResponse): string[] {
  const found = [...commonViolations(response)]
  const operations = OPERATIONS.filter((operation) => operation.path === path)
  const operation = operations.find((candidate) => candidate.method === (method === 'HEAD' ? 'GET' : method))
  // Another method than the documented one is told that it is, or what everybody is told.
  const documented = operation ?? ([404, 405].includes(response.status) ? operations[0] : undefined)
  if (documented !== undefined) found.push(...operationViolations(documented, method, response))
  else if (operations.length > 0 || response.status !== 404)
    found.push('an undocumented answer to an undocumented path')
  else found.push(...bodyViolations(ERROR_SCHEMA, response, method), ...codeViolations(['not_found'], response, method))
  return found
}

/** The same for what is not even a request to a path. */
export function errorViolationsOf(response: ReceivedResponse): string[] {
  return [...commonViolations(response), ...bodyViolations(ERROR_SCHEMA, response, 'POST')]
}

function* commonViolations({ status, headers, text }: ReceivedResponse): Generator<string> {
  if (headers.get('cache-control') !== 'no-store') yield `cache-control is ${headers.get('cache-control')}`
  if ((headers.get('x-request-id') ?? '') === '') yield 'there is no x-request-id'
  if (headers.get('x-content-type-options') !== 'nosniff') yield 'content types may be guessed'
  if (headers.has('x-powered-by')) yield 'it says what it is made of'
  if (status === 204 && text !== '') yield '204 with a body'
  const length = headers.get('content-length')
  if (length !== null && text !== '' && Number(length) !== Buffer.byteLength(text)) yield `content-length is ${length}`
}

function* operationViolations(
  operation: ContractOperation,
  method: string,
  response: ReceivedResponse,
): Generator<string> {
  const documented = operation.responses[String(response.status)]
  if (documented === undefined) {
    yield `${operation.operationId} has no documented status ${response.status}`
    return
  }
  yield* headerViolations(documented, response)
  const content = Object.entries(documented.content ?? {})
  const received = response.headers.get('content-type')
  if (content.length === 0) {
    if (received !== null || response.text !== '') yield 'a body where none is documented'
    return
  }
  const match = content.find(([type]) => type === received?.split(';')[0])
  if (match === undefined) yield `content-type is ${received}`
  else if (match[0] === 'application/json') yield* bodyViolations(match[1].schema, response, method)
  if (response.status >= 400) {
    const codes = operation['x-error-codes'][String(response.status)] ?? []
    yield* codeViolations(codes, response, method, operation.operationId)
  }
}

function* headerViolations({ headers = {} }: DocumentedResponse, response: ReceivedResponse): Generator<string> {
  for (const [name, { required = false, schema }] of Object.entries(headers)) {
    const text = response.headers.get(name)
    if (text === null) {
      if (required) yield `there is no ${name}`
      continue
    }
    const value = schema.type === 'integer' ? Number(text) : text
    if (!validatorOf(schema)(value)) yield `${name} is ${text}`
  }
  if (response.headers.has('attestation-failure') && !('attestation-failure' in headers)) {
    yield 'attestation-failure is not documented here'
  }
}

function* bodyViolations(schema: JsonSchema, { headers, text }: ReceivedResponse, method: string): Generator<string> {
  if (method === 'HEAD') return
  if (!/^application\/json(; charset=utf-8)?$/.test(headers.get('content-type') ?? '')) yield 'the body is not JSON'
  const validate = validatorOf(schema)
  if (!validate(JSON.parse(text))) yield `the body is not as documented: ${ajv.errorsText(validate.errors)}`
}

function* codeViolations(
  codes: readonly string[],
  { text, headers }: ReceivedResponse,
  method: string,
  operationId?: string,
) {
  if (method === 'HEAD') return
  const { allowRetry, error } = JSON.parse(text) as { allowRetry?: unknown; error?: { code?: unknown } }
  const code = error?.code
  if (typeof code !== 'string' || !codes.includes(code)) yield `the code ${String(code)} is not documented here`
  const usedUp = operationId === MAY_BE_USED_UP && code === 'unavailable' && allowRetry === false
  if (allowRetry !== RETRYABLE.has(code) && !usedUp) yield `allowRetry is ${String(allowRetry)} for ${String(code)}`
  if (code === 'method_not_allowed' && !headers.has('allow')) yield 'there is no allow (RFC 9110 §15.5.6)'
}

function validatorOf(schema: JsonSchema): ValidateFunction {
  const validate = validators.get(schema) ?? ajv.compile(schema)
  validators.set(schema, validate)
  return validate
}
