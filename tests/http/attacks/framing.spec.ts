import { expect } from 'chai'
import { Connection } from '../../support/http-connection.ts'
import { useSharedService } from '../../support/http-service.ts'

const PATH = '/v1/sync/challenge/keypair'
const HOST = 'host: localhost'
const JSON_TYPE = 'content-type: application/json'
const CHUNKED = '2\r\n{}\r\n0\r\n\r\n'

type Row = readonly [title: string, head: readonly string[], body: string]

function chunked(...encodings: readonly string[]): Row[1] {
  return [`POST ${PATH} HTTP/1.1`, HOST, JSON_TYPE, ...encodings]
}

/** A server in front may see the end of such a request elsewhere, and the next one begin there (RFC 9112 §11.2). */
const AMBIGUOUS: readonly Row[] = [
  ['chunks and then a length', chunked('transfer-encoding: chunked', 'content-length: 2'), CHUNKED],
  ['a white space before the colon', chunked('transfer-encoding : chunked'), CHUNKED],
  ['a vertical tab before the encoding', chunked('transfer-encoding:\x0bchunked'), CHUNKED],
  ['an encoding that looks like chunks', chunked('transfer-encoding: xchunked'), CHUNKED],
  ['an encoding in quotation marks', chunked('transfer-encoding: "chunked"'), CHUNKED],
  ['another encoding behind the chunks', chunked('transfer-encoding: chunked, identity'), CHUNKED],
  ['chunks twice', chunked('transfer-encoding: chunked', 'transfer-encoding: chunked'), CHUNKED],
  ['the same length twice', chunked('content-length: 2', 'content-length: 2'), '{}'],
  ['a list of lengths', chunked('content-length: 2, 2'), '{}'],
  ['a length with a sign', chunked('content-length: +2'), '{}'],
  ['a length in hex', chunked('content-length: 0x2'), '{}'],
  ['a length with a fraction', chunked('content-length: 2.0'), '{}'],
  ['an empty length', chunked('content-length: '), '{}'],
  ['a length of more than 64 bits', chunked('content-length: 99999999999999999999'), '{}'],
  ['a chunk of more than 64 bits', chunked('transfer-encoding: chunked'), 'fffffffffffffffff\r\n{}\r\n0\r\n\r\n'],
  ['a chunk of a negative size', chunked('transfer-encoding: chunked'), '-2\r\n{}\r\n0\r\n\r\n'],
  ['a chunk size with 0x', chunked('transfer-encoding: chunked'), '0x2\r\n{}\r\n0\r\n\r\n'],
  ['chunks with bare line feeds', chunked('transfer-encoding: chunked'), '2\n{}\n0\n\n'],
  [
    'a chunk extension of 20 KiB',
    chunked('transfer-encoding: chunked'),
    `2;a=${'b'.repeat(20 * 1024)}\r\n{}\r\n0\r\n\r\n`,
  ],
  ['a length in the trailers', chunked('transfer-encoding: chunked'), '2\r\n{}\r\n0\r\ncontent-length: 5\r\n\r\n'],
  ['a header that is folded', chunked('x: a', ' b', 'content-length: 2'), '{}'],
  ['a header that is folded before all others', [`POST ${PATH} HTTP/1.1`, ' x: a', HOST, 'content-length: 2'], '{}'],
  ['a bare line feed between headers', chunked('x: a\ny: b', 'content-length: 2'), '{}'],
  ['a bare carriage return in a header', chunked('x: a\ry: b', 'content-length: 2'), '{}'],
  ['a header without a name', chunked(': a', 'content-length: 2'), '{}'],
  ['a header whose name is no token', chunked('x@(y): a', 'content-length: 2'), '{}'],
  ['a version that nobody speaks', [`POST ${PATH} HTTP/1.2`, HOST, JSON_TYPE, 'content-length: 2'], '{}'],
  ['a line of the PROXY protocol', ['PROXY TCP4 192.0.2.1 192.0.2.2 1 2', ...chunked('content-length: 2')], '{}'],
  ['a method in lower case', [`post ${PATH} HTTP/1.1`, HOST, JSON_TYPE, 'content-length: 2'], '{}'],
  ['two paths', [`POST ${PATH} ${PATH} HTTP/1.1`, HOST, JSON_TYPE, 'content-length: 2'], '{}'],
  ['a path that is not ASCII', ['POST /v1/s\xffnc HTTP/1.1', HOST, JSON_TYPE, 'content-length: 2'], '{}'],
]

/** Requests that have one meaning only, and that nobody takes. */
const REFUSED: readonly (readonly [...Row, expected: string])[] = [
  ['two hosts', chunked('host: other.example', 'content-length: 2'), '{}', '400 invalid_payload'],
  ['the same host twice', chunked(HOST, 'content-length: 2'), '{}', '400 invalid_payload'],
  ['a compressed transfer', chunked('transfer-encoding: gzip, chunked'), CHUNKED, '415 unsupported_media_type'],
  [
    'a transfer that is named in two headers',
    chunked('transfer-encoding: identity', 'transfer-encoding: chunked'),
    CHUNKED,
    '415 unsupported_media_type',
  ],
  ['a length of 2^53 + 1', chunked('content-length: 9007199254740993'), '{}', '413 content_too_large'],
]

describe('Requests whose end is in doubt', () => {
  const service = useSharedService()

  afterEach(async () => {
    expect((await service().http.send({ method: 'GET', path: '/health' })).outcome, 'afterwards').to.equal('200')
  })

  for (const [title, head, body] of AMBIGUOUS) {
    it(`${title}: refused, and what comes behind is no request`, async () => {
      const connection = await Connection.open(service().url)
      connection.write(bytesOf(head, body))
      connection.head('GET /health HTTP/1.1')
      expect((await connection.errorAnswer()).outcome).to.equal('400 invalid_payload')
      await connection.whenClosed()
      expect(connection.received.toString()).to.equal('')
    })
  }

  for (const [title, head, body, expected] of REFUSED) {
    it(`${title}: ${expected}`, async () => {
      const connection = await Connection.open(service().url)
      connection.write(bytesOf(head, body))
      expect((await connection.documentedAnswer('POST', PATH)).outcome).to.equal(expected)
      connection.reset()
    })
  }

  it('thousands of short headers: 413 content_too_large', async () => {
    const connection = await Connection.open(service().url)
    connection.write(bytesOf([`POST ${PATH} HTTP/1.1`, HOST, ...Array<string>(2000).fill('a: b')], ''))
    expect((await connection.errorAnswer()).outcome).to.equal('413 content_too_large')
    await connection.whenClosed()
  })

  it('hundreds of headers are not minded', async () => {
    const connection = await Connection.open(service().url)
    connection.write(bytesOf([...chunked(...Array<string>(500).fill('a: b')), 'content-length: 2'], '{}'))
    expect((await connection.documentedAnswer('POST', PATH)).outcome).to.equal('200')
    connection.reset()
  })

  it('trailers do not count as headers', async () => {
    const connection = await Connection.open(service().url)
    connection.write(bytesOf(chunked('transfer-encoding: chunked'), '2\r\n{}\r\n0\r\nx-request-id: smuggled\r\n\r\n'))
    const { outcome, headers } = await connection.documentedAnswer('POST', PATH)
    expect(outcome).to.equal('200')
    expect(headers.get('x-request-id')).not.to.equal('smuggled')
    connection.reset()
  })

  it('chunks in HTTP/1.0, which has none: refused, and what comes behind is no request (RFC 9112 §6.1)', async () => {
    const connection = await Connection.open(service().url)
    const head = [`POST ${PATH} HTTP/1.0`, HOST, JSON_TYPE, 'connection: keep-alive', 'transfer-encoding: chunked']
    connection.write(bytesOf(head, CHUNKED))
    connection.head('GET /health HTTP/1.1')
    expect((await connection.documentedAnswer('POST', PATH)).outcome).to.equal('400 invalid_payload')
    await connection.whenClosed()
    expect(connection.received.toString()).to.equal('')
  })
})

function bytesOf(head: readonly string[], body: string): Uint8Array {
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`, 'latin1')
}
