import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { BackupClient } from './http-backup-client.ts'
import type { HttpRequest } from './http-client.ts'
import { backupPart, encodeMultipart, multipartHeaders, payloadPart, type MultipartPart } from './http-multipart.ts'
import type { RunningService } from './http-service.ts'

export const BOUNDARY = 'a-boundary-of-the-test'
export const SEALED = randomBytes(1000)
export const BACKUP = backupPart(SEALED)
export const DISPOSITION = 'Content-Disposition: form-data; name='
export const MALFORMED = '400 multipart_error'

type Payload = Readonly<Record<string, unknown>>

/** What becomes of a valid upload when its parts, its encoding, or its headers are changed. */
export interface MultipartRow {
  readonly title: string
  readonly expected: string
  readonly parts?: (payload: Payload) => readonly MultipartPart[]
  readonly body?: (encoded: Buffer) => Buffer
  readonly headers?: Readonly<Record<string, string>>
}

export function part(headers: readonly string[], body: string | Uint8Array = 'x'): MultipartPart {
  return { headers, body }
}

export function named(name: string, body?: string | Uint8Array): MultipartPart {
  return part([`${DISPOSITION}"${name}"`], body)
}

/** The payload part with another text. */
export function payloadText(bytes: string | Uint8Array): (payload: Payload) => readonly MultipartPart[] {
  return () => [named('payload', bytes), BACKUP]
}

export function without(encoded: Buffer, ending: string): Buffer {
  if (!encoded.toString('latin1').endsWith(ending)) throw new Error('the body does not end so')
  return encoded.subarray(0, -ending.length)
}

/** One test for each row: the creation of a backup, and that what was refused has used nothing up. */
export function itAnswersUploads(rows: readonly MultipartRow[], service: () => RunningService): void {
  for (const { title, expected, ...row } of rows) {
    it(`${title}: ${expected}`, async () => {
      const { http } = service()
      const owner = new BackupClient(http, SEALED)
      const payload = await owner.createPayload()
      expect((await http.send(requestOf(row, payload))).outcome).to.equal(expected)
      const again = (await http.send(requestOf({}, payload))).outcome
      expect(again, 'the same challenges again').to.equal(
        expected === '200' ? '409 backup_account_id_already_exists' : '200',
      )
      expect((await owner.stored()).content).to.deep.equal(SEALED)
    })
  }
}

function requestOf({ parts, body, headers }: Omit<MultipartRow, 'title' | 'expected'>, payload: Payload): HttpRequest {
  const encoded = encodeMultipart(parts?.(payload) ?? [payloadPart(payload), BACKUP], BOUNDARY)
  return {
    path: '/v1/create',
    headers: { ...multipartHeaders(BOUNDARY), ...headers },
    body: body?.(encoded) ?? encoded,
  }
}
