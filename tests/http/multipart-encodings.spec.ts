import { multipartHeaders, payloadPart } from '../support/http-multipart.ts'
import {
  BACKUP,
  BOUNDARY,
  DISPOSITION,
  itAnswersUploads,
  MALFORMED,
  named,
  part,
  SEALED,
  without,
  type MultipartRow,
} from '../support/http-multipart-rows.ts'
import { useSharedService } from '../support/http-service.ts'

const REFUSED_ENCODINGS: readonly MultipartRow[] = [
  { title: 'no boundary in the content type', expected: MALFORMED, headers: { 'content-type': 'multipart/form-data' } },
  { title: 'an empty boundary', expected: MALFORMED, headers: { 'content-type': 'multipart/form-data; boundary=' } },
  { title: 'another boundary than in the body', expected: MALFORMED, headers: multipartHeaders('another') },
  { title: 'an empty body', expected: MALFORMED, body: () => Buffer.alloc(0) },
  { title: 'a body of nothing but a line break', expected: MALFORMED, body: () => Buffer.from('\r\n') },
  { title: 'no closing boundary', expected: MALFORMED, body: (encoded) => without(encoded, `--${BOUNDARY}--\r\n`) },
  { title: 'half a closing boundary', expected: MALFORMED, body: (encoded) => without(encoded, '--\r\n') },
  { title: 'a body that ends within the backup', expected: MALFORMED, body: (encoded) => encoded.subarray(0, -500) },
  { title: 'a body that ends within the payload', expected: MALFORMED, body: (encoded) => encoded.subarray(0, 300) },
  { title: 'a body that ends within a part header', expected: MALFORMED, body: (encoded) => encoded.subarray(0, 50) },
  { title: 'a compressed body', expected: '415 unsupported_media_type', headers: { 'content-encoding': 'gzip' } },
  {
    title: 'a body compressed in an unknown way',
    expected: '415 unsupported_media_type',
    headers: { 'content-encoding': 'x' },
  },
  {
    title: 'JSON instead',
    expected: '415 unsupported_media_type',
    headers: { 'content-type': 'application/json' },
    body: () => Buffer.from('{}'),
  },
  {
    title: 'another kind of multipart',
    expected: '415 unsupported_media_type',
    headers: { 'content-type': `multipart/mixed; boundary=${BOUNDARY}` },
  },
  {
    title: 'a form that is no multipart',
    expected: '415 unsupported_media_type',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  },
  { title: 'an empty content type', expected: '415 unsupported_media_type', headers: { 'content-type': '' } },
]

const LONGEST_BOUNDARY = 'b'.repeat(70) // RFC 2046 §5.1.1

const TAKEN: readonly MultipartRow[] = [
  {
    title: 'a payload with a file name',
    expected: '200',
    parts: (json) => [
      part(
        [`${DISPOSITION}"payload"; filename="payload.json"`, 'Content-Type: application/json'],
        JSON.stringify(json),
      ),
      BACKUP,
    ],
  },
  {
    title: 'a backup without a file name',
    expected: '200',
    parts: (json) => [payloadPart(json), named('backup', SEALED)],
  },
  {
    title: 'names without quotation marks',
    expected: '200',
    parts: (json) => [part([`${DISPOSITION}payload`], JSON.stringify(json)), part([`${DISPOSITION}backup`], SEALED)],
  },
  {
    title: 'header names in any case, and headers that nobody knows',
    expected: '200',
    parts: (json) => [
      part(['CONTENT-DISPOSITION: FORM-DATA; NAME="payload"', 'X-Unknown: y'], JSON.stringify(json)),
      part(['content-length: 1000', 'content-disposition: form-data;name="backup"'], SEALED),
    ],
  },
  {
    title: 'a payload of another content type',
    expected: '200',
    parts: (json) => [
      part([`${DISPOSITION}"payload"`, 'Content-Type: text/plain; charset=x'], JSON.stringify(json)),
      BACKUP,
    ],
  },
  {
    title: 'a payload with a byte order mark',
    expected: '200',
    parts: (json) => [named('payload', `\uFEFF${JSON.stringify(json)}`), BACKUP],
  },
  { title: 'a preamble', expected: '200', body: (encoded) => Buffer.concat([Buffer.from('not a part\r\n'), encoded]) },
  { title: 'an epilogue', expected: '200', body: (encoded) => Buffer.concat([encoded, Buffer.from('not a part')]) },
  { title: 'a closing boundary without a line break', expected: '200', body: (encoded) => without(encoded, '\r\n') },
  { title: 'a boundary in quotation marks', expected: '200', headers: multipartHeaders(`"${BOUNDARY}"`) },
  {
    title: 'the longest boundary',
    expected: '200',
    headers: multipartHeaders(LONGEST_BOUNDARY),
    body: (encoded) => Buffer.from(encoded.toString('latin1').replaceAll(BOUNDARY, LONGEST_BOUNDARY), 'latin1'),
  },
  {
    title: 'a content type in capitals, with a charset',
    expected: '200',
    headers: { 'content-type': `MULTIPART/FORM-DATA; charset=utf-8; BOUNDARY=${BOUNDARY}` },
  },
  { title: 'the content encoding that is none', expected: '200', headers: { 'content-encoding': 'identity' } },
]

describe('The encoding of an upload', () => {
  const service = useSharedService()

  describe('may not have', () => {
    itAnswersUploads(REFUSED_ENCODINGS, service)
  })

  describe('may have', () => {
    itAnswersUploads(TAKEN, service)
  })
})
