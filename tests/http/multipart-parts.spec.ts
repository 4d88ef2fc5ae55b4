import { payloadPart } from '../support/http-multipart.ts'
import {
  BACKUP,
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

  describe('have no payload of', () => {
    itAnswersUploads(REFUSED_PAYLOADS, service)
  })
})
