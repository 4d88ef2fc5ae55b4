import { expect } from 'chai'
import { BackupClient } from '../support/http-backup-client.ts'
import { Connection } from '../support/http-connection.ts'
import { encodeMultipart, multipartHeaders, PART_ORDERS, payloadPart, uploadParts } from '../support/http-multipart.ts'
import {
  BACKUP,
  BOUNDARY,
  DISPOSITION,
  itAnswersUploads,
  MALFORMED,
  named,
  part,
  payloadText,
  SEALED,
  type MultipartRow,
} from '../support/http-multipart-rows.ts'
import { useSharedService } from '../support/http-service.ts'

const REFUSED_PARTS: readonly MultipartRow[] = [
  { title: 'no parts', expected: '400 missing_payload_field', parts: () => [] },
  { title: 'no payload', expected: '400 missing_payload_field', parts: () => [BACKUP] },
  { title: 'no backup', expected: '400 missing_backup_field', parts: (payload) => [payloadPart(payload)] },
  { title: 'two payloads', expected: MALFORMED, parts: (json) => [payloadPart(json), payloadPart(json), BACKUP] },
  { title: 'two payloads and no backup', expected: MALFORMED, parts: (json) => [payloadPart(json), payloadPart(json)] },
  { title: 'two backups', expected: MALFORMED, parts: (json) => [payloadPart(json), BACKUP, BACKUP] },
  { title: 'two backups first', expected: MALFORMED, parts: (json) => [BACKUP, BACKUP, payloadPart(json)] },
  { title: 'a third part, last', expected: MALFORMED, parts: (json) => [payloadPart(json), BACKUP, named('x')] },
  { title: 'a third part, first', expected: MALFORMED, parts: (json) => [named('x'), payloadPart(json), BACKUP] },
  { title: 'a third part in between', expected: MALFORMED, parts: (json) => [payloadPart(json), named('x'), BACKUP] },
  {
    title: 'a third part after the payload',
    expected: MALFORMED,
    parts: (json) => [BACKUP, payloadPart(json), named('x')],
  },
  {
    title: 'a hundred parts',
    expected: MALFORMED,
    parts: (json) => [payloadPart(json), BACKUP, ...Array.from({ length: 98 }, (_, index) => named(`x${index}`))],
  },
  {
    title: 'a payload of another name',
    expected: MALFORMED,
    parts: (json) => [named('Payload', JSON.stringify(json)), BACKUP],
  },
  {
    title: 'a backup of another name',
    expected: MALFORMED,
    parts: (json) => [payloadPart(json), named('backups', SEALED)],
  },
  {
    title: 'a backup with an empty name',
    expected: MALFORMED,
    parts: (json) => [payloadPart(json), named('', SEALED)],
  },
  {
    title: 'a backup without a name',
    expected: MALFORMED,
    parts: (json) => [payloadPart(json), part(['Content-Disposition: form-data; filename="backup"'], SEALED)],
  },
  {
    title: 'a third part without a content disposition',
    expected: MALFORMED,
    parts: (json) => [payloadPart(json), BACKUP, part(['Content-Type: text/plain'])],
  },
  {
    title: 'a third part without headers, first',
    expected: MALFORMED,
    parts: (json) => [part([]), payloadPart(json), BACKUP],
  },
  {
    title: 'a backup without a content disposition',
    expected: '400 missing_backup_field',
    parts: (json) => [payloadPart(json), part(['Content-Type: application/octet-stream'], SEALED)],
  },
  {
    title: 'a backup that is an attachment',
    expected: '400 missing_backup_field',
    parts: (json) => [payloadPart(json), part(['Content-Disposition: attachment; name="backup"'], SEALED)],
  },
  {
    title: 'thousands of headers before the content disposition',
    expected: '400 missing_backup_field',
    parts: (json) => [
      payloadPart(json),
      part([...Array.from({ length: 5000 }, (_, index) => `X-${index}: y`), `${DISPOSITION}"backup"`], SEALED),
    ],
  },
  {
    title: 'a megabyte in one header of a part',
    expected: '400 missing_backup_field',
    parts: (json) => [payloadPart(json), part([`X: ${'y'.repeat(1024 * 1024)}`, `${DISPOSITION}"backup"`], SEALED)],
  },
]

const REFUSED_PAYLOADS: readonly MultipartRow[] = [
  { title: 'nothing', expected: '400 invalid_payload', parts: payloadText('') },
  { title: 'no JSON', expected: '400 invalid_payload', parts: payloadText('{"a":') },
  { title: 'two JSON texts', expected: '400 invalid_payload', parts: payloadText('{}{}') },
  { title: 'a number', expected: '400 invalid_payload', parts: payloadText('1') },
  { title: 'null', expected: '400 invalid_payload', parts: payloadText('null') },
  { title: 'a text', expected: '400 invalid_payload', parts: payloadText('"payload"') },
  { title: 'an array', expected: '400 invalid_payload', parts: payloadText('[]') },
  { title: 'an empty object', expected: '400 invalid_payload', parts: payloadText('{}') },
  {
    title: 'a thousand levels',
    expected: '400 invalid_payload',
    parts: payloadText('['.repeat(1000) + ']'.repeat(1000)),
  },
  { title: 'half a million levels', expected: '400 invalid_payload', parts: payloadText('['.repeat(500_000)) },
  {
    title: 'UTF-16',
    expected: '400 invalid_payload',
    parts: (json) => [named('payload', Buffer.from(JSON.stringify(json), 'utf16le')), BACKUP],
  },
  {
    title: 'bytes that are not UTF-8',
    expected: '400 invalid_payload',
    parts: payloadText(Buffer.from('{"a":"\xff"}', 'latin1')),
  },
]

describe('The parts of an upload', () => {
  const service = useSharedService()

  describe('are not', () => {
    itAnswersUploads(REFUSED_PARTS, service)
  })

  for (const order of PART_ORDERS) {
    it(`are not acted upon before it is known that no third one follows, ${order}`, async () => {
      const { url, http } = service()
      const owner = new BackupClient(http, SEALED)
      const payload = await owner.createPayload()
      const body = encodeMultipart([...uploadParts(payload, SEALED, order), named('x')], BOUNDARY)
      const third = body.lastIndexOf(`\r\n${DISPOSITION}`)
      const connection = await Connection.open(url)
      connection.head('POST /v1/create HTTP/1.1', { ...multipartHeaders(BOUNDARY), 'content-length': body.length })
      connection.write(body.subarray(0, third))
      await connection.flushed()
      // By the time that others were answered, the service has seen what came before.
      for (let others = 0; others < 5; others += 1) await http.send(owner.statusRequest())
      connection.write(body.subarray(third))
      expect((await connection.documentedAnswer('POST', '/v1/create')).outcome).to.equal(MALFORMED)
      expect((await http.send(owner.statusRequest())).outcome).to.equal('404 not_found')
      connection.reset()
    })
  }

  describe('have no payload of', () => {
    itAnswersUploads(REFUSED_PAYLOADS, service)
  })
})
