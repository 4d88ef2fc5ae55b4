import { expect } from 'chai'
import { payloadPart } from '../../support/http-multipart.ts'
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
} from '../../support/http-multipart-rows.ts'
import { useService } from '../../support/http-service.ts'

/** A part that is multipart itself, as mail programs made of several files (RFC 7578 §4.3 deprecates it). */
const INNER = 'an-inner-boundary'
const NESTED = `Content-Type: multipart/mixed; boundary=${INNER}`

function encoded(text: string, encoding: 'base64' | 'binary'): Buffer {
  return Buffer.from(Buffer.from(text).toString(encoding))
}

const REFUSED: readonly MultipartRow[] = [
  {
    title: 'ten thousand parts',
    expected: MALFORMED,
    parts: (json) => [payloadPart(json), BACKUP, ...Array.from({ length: 10_000 }, () => part([]))],
  },
  {
    title: 'ten thousand parts before the others',
    expected: MALFORMED,
    parts: (json) => [...Array.from({ length: 10_000 }, () => named('x')), payloadPart(json), BACKUP],
  },
  {
    title: 'a payload that is multipart itself',
    expected: '400 invalid_payload',
    parts: (json) => [
      part(
        [`${DISPOSITION}"payload"`, NESTED],
        `--${INNER}\r\n${DISPOSITION}"payload"\r\n\r\n${JSON.stringify(json)}\r\n--${INNER}--`,
      ),
      BACKUP,
    ],
  },
  {
    title: 'both parts within another one',
    expected: MALFORMED,
    parts: (json) => [
      part(
        [`${DISPOSITION}"files"`, NESTED],
        `--${INNER}\r\n${DISPOSITION}"payload"\r\n\r\n${JSON.stringify(json)}\r\n--${INNER}--`,
      ),
    ],
  },
  {
    title: 'a payload in base64, by the header of its part (RFC 7578 §4.7)',
    expected: '400 invalid_payload',
    parts: (json) => [
      part([`${DISPOSITION}"payload"`, 'Content-Transfer-Encoding: base64'], encoded(JSON.stringify(json), 'base64')),
      BACKUP,
    ],
  },
  {
    title: 'the part _charset_ (RFC 7578 §4.6)',
    expected: MALFORMED,
    parts: (json) => [named('_charset_', 'utf-16'), payloadPart(json), BACKUP],
  },
  {
    title: 'a part named __proto__',
    expected: MALFORMED,
    parts: (json) => [named('__proto__', '{}'), payloadPart(json), BACKUP],
  },
  {
    title: 'a part named constructor',
    expected: MALFORMED,
    parts: (json) => [payloadPart(json), named('constructor', SEALED)],
  },
  {
    title: 'a name with a NUL',
    expected: MALFORMED,
    parts: (json) => [named('payload\0', JSON.stringify(json)), BACKUP],
  },
  {
    title: 'a name with a space',
    expected: MALFORMED,
    parts: (json) => [named(' payload', JSON.stringify(json)), BACKUP],
  },
  {
    title: 'a name with brackets',
    expected: MALFORMED,
    parts: (json) => [named('payload[]', JSON.stringify(json)), BACKUP],
  },
  {
    title: 'a name of a megabyte',
    expected: MALFORMED,
    parts: (json) => [payloadPart(json), named('b'.repeat(1024 * 1024), SEALED)],
  },
  {
    title: 'a payload of nothing but overlong UTF-8',
    expected: '400 invalid_payload',
    parts: payloadText(Buffer.from([0xc1, 0xbb, 0xc1, 0xbd])),
  },
  {
    title: 'a payload with a surrogate in UTF-8',
    expected: '400 invalid_payload',
    parts: payloadText(Buffer.from('{"a":"\xed\xa0\x80"}', 'latin1')),
  },
  {
    title: 'a boundary of 100 KiB in the header',
    expected: '413 content_too_large',
    headers: { 'content-type': `multipart/form-data; boundary=${'b'.repeat(100 * 1024)}` },
  },
  {
    title: 'a boundary that is the name of another parameter',
    expected: MALFORMED,
    headers: { 'content-type': `multipart/form-data; xboundary=${BOUNDARY}` },
  },
  {
    title: 'a closing boundary in the middle',
    expected: '400 missing_backup_field',
    body: (body) =>
      Buffer.from(
        body
          .toString('latin1')
          .replace(`\r\n--${BOUNDARY}\r\n${DISPOSITION}"backup"`, `\r\n--${BOUNDARY}--\r\n${DISPOSITION}"backup"`),
        'latin1',
      ),
  },
  {
    title: 'line feeds only',
    expected: MALFORMED,
    body: (body) => Buffer.from(body.toString('latin1').replaceAll('\r\n', '\n'), 'latin1'),
  },
]

function withFileName(name: string): MultipartRow {
  return {
    title: `the file name ${name.length > 40 ? `of ${name.length} characters` : JSON.stringify(name)}`,
    expected: '200',
    parts: (json) => [payloadPart(json), part([`${DISPOSITION}"backup"; filename="${name}"`], SEALED)],
  }
}

/** A file name is nobody's business here: nothing is called by it. */
const TAKEN: readonly MultipartRow[] = [
  ...['../../../etc/passwd', '/dev/null', 'C:\\\\x', 'a\0.png', '%2e%2e%2fx', '__proto__', '', 'x'.repeat(5000)].map(
    withFileName,
  ),
  {
    title: 'a file name in another character set (RFC 8187)',
    expected: '200',
    parts: (json) => [payloadPart(json), part([`${DISPOSITION}"backup"; filename*=UTF-16''%ff%00`], SEALED)],
  },
  {
    title: 'sealed bytes that are said to be base64: they are kept as they are',
    expected: '200',
    parts: (json) => [payloadPart(json), part([`${DISPOSITION}"backup"`, 'Content-Transfer-Encoding: base64'], SEALED)],
  },
  {
    title: 'sealed bytes that are said to be compressed: they are kept as they are',
    expected: '200',
    parts: (json) => [payloadPart(json), part([`${DISPOSITION}"backup"`, 'Content-Encoding: gzip'], SEALED)],
  },
  {
    title: 'sealed bytes that are said to be multipart: they are kept as they are',
    expected: '200',
    parts: (json) => [payloadPart(json), part([`${DISPOSITION}"backup"`, NESTED], SEALED)],
  },
]

describe('Uploads that are to mislead', () => {
  const service = useService({ variables: { STORAGE: 'embedded' } })

  afterEach(async () => {
    const { http, blobs } = service()
    expect((await http.send({ method: 'GET', path: '/health' })).outcome, 'afterwards').to.equal('200')
    expect(await blobs.underWay(), 'uploads still open').to.equal(0)
  })

  describe('are refused', () => {
    itAnswersUploads(REFUSED, service)
  })

  describe('are taken, and are no more than any other', () => {
    itAnswersUploads(TAKEN, service)
  })
})
