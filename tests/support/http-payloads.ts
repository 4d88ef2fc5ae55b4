import { POST_OPERATIONS, type ContractOperation, type JsonSchema } from './http-contract.ts'
import type { HttpRequest } from './http-client.ts'
import { backupPart, multipartRequest } from './http-multipart.ts'

/** The JSON that an operation takes, as its body or as the payload part of it. */
export interface PayloadExample {
  readonly operation: ContractOperation
  /** Its name in openapi.yaml. */
  readonly name: string
  readonly schema: JsonSchema
  readonly payload: unknown
}

/** Every example of a request in openapi.yaml. */
export const PAYLOAD_EXAMPLES: readonly PayloadExample[] = POST_OPERATIONS.flatMap((operation) => {
  const [content] = Object.entries(operation.requestBody?.content ?? {})
  if (content === undefined) return []
  const [type, { schema, examples = {} }] = content
  return Object.entries(examples).map(([name, { value }]) =>
    type === 'application/json'
      ? { operation, name, schema, payload: value }
      : { operation, name, schema: schema.properties!.payload!, payload: (value as { payload: unknown }).payload },
  )
})

/** One example for each operation. */
export const OPERATION_EXAMPLES = PAYLOAD_EXAMPLES.filter(
  ({ operation }, index) => PAYLOAD_EXAMPLES[index - 1]?.operation !== operation,
)

export function isMultipart({ requestBody }: ContractOperation): boolean {
  return requestBody?.content['multipart/form-data'] !== undefined
}

/** A request with this JSON text where the operation takes JSON. */
export function payloadRequest(operation: ContractOperation, text: string | Uint8Array): HttpRequest {
  const { path } = operation
  if (!isMultipart(operation)) return { path, headers: { 'content-type': 'application/json' }, body: text }
  const payload = { headers: ['Content-Disposition: form-data; name="payload"'], body: text }
  return multipartRequest(path, [payload, backupPart('sealed bytes')])
}
