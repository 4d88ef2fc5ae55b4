import { randomUUID } from 'node:crypto'
import type { HttpRequest } from './http-client.ts'

export interface MultipartPart {
  /** Header lines, without their line breaks. */
  readonly headers: readonly string[]
  readonly body: string | Uint8Array
}

export type PartOrder = 'payload first' | 'backup first'
export const PART_ORDERS: readonly PartOrder[] = ['payload first', 'backup first']

export function payloadPart(payload: unknown): MultipartPart {
  return {
    headers: ['Content-Disposition: form-data; name="payload"', 'Content-Type: application/json'],
    body: JSON.stringify(payload),
  }
}

export function backupPart(bytes: string | Uint8Array): MultipartPart {
  return {
    headers: [
      'Content-Disposition: form-data; name="backup"; filename="backup"',
      'Content-Type: application/octet-stream',
    ],
    body: bytes,
  }
}

export function uploadParts(
  payload: unknown,
  bytes: string | Uint8Array,
  order: PartOrder = 'payload first',
): readonly MultipartPart[] {
  const parts = [payloadPart(payload), backupPart(bytes)]
  return order === 'payload first' ? parts : parts.reverse()
}

/** multipart/form-data (RFC 7578), written by hand so that it can be written badly. */
export function encodeMultipart(parts: readonly MultipartPart[], boundary: string): Buffer {
  const encoded = parts.flatMap(({ headers, body }) => [
    Buffer.from([`--${boundary}`, ...headers, '', ''].join('\r\n')),
    Buffer.from(body),
    Buffer.from('\r\n'),
  ])
  return Buffer.concat([...encoded, Buffer.from(`--${boundary}--\r\n`)])
}

export function multipartRequest(path: string, parts: readonly MultipartPart[]): HttpRequest {
  const boundary = randomUUID()
  return { path, headers: multipartHeaders(boundary), body: encodeMultipart(parts, boundary) }
}

export function multipartHeaders(boundary: string): Readonly<Record<string, string>> {
  return { 'content-type': `multipart/form-data; boundary=${boundary}` }
}
