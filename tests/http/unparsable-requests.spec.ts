import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { BackupClient } from '../support/http-backup-client.ts'
import { Connection } from '../support/http-connection.ts'
import { useSharedService } from '../support/http-service.ts'

const HOST = 'host: localhost'
const PATH = '/v1/sync/challenge/keypair'

/** Bytes that are no HTTP/1.1 request (RFC 9112), or one that nobody takes. */
const UNPARSABLE: readonly (readonly [title: string, bytes: string, expected: string])[] = [
  ['no HTTP at all', 'hello\r\n\r\n', '400 invalid_payload'],
  ['a TLS handshake', '\x16\x03\x01\x02\x00\x01\x00\x01', '400 invalid_payload'],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', '400 invalid_payload'],
  ['an unknown method', `FROBNICATE ${PATH} HTTP/1.1\r\n${HOST}\r\n\r\n`, '400 invalid_payload'],
  ['no path', `POST HTTP/1.1\r\n${HOST}\r\n\r\n`, '400 invalid_payload'],
  ['a header without a colon', `POST ${PATH} HTTP/1.1\r\n${HOST}\r\nnonsense\r\n\r\n`, '400 invalid_payload'],
  ['a header with a NUL', `POST ${PATH} HTTP/1.1\r\n${HOST}\r\nx: \0\r\n\r\n`, '400 invalid_payload'],
  [
    'a length that is no number',
    `POST ${PATH} HTTP/1.1\r\n${HOST}\r\ncontent-length: x\r\n\r\n`,
    '400 invalid_payload',
  ],
  ['a negative length', `POST ${PATH} HTTP/1.1\r\n${HOST}\r\ncontent-length: -1\r\n\r\n`, '400 invalid_payload'],
  [
    'two lengths',
    `POST ${PATH} HTTP/1.1\r\n${HOST}\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}`,
    '400 invalid_payload',
  ],
  [
    'a length and chunks, as those have who smuggle requests',
    `POST ${PATH} HTTP/1.1\r\n${HOST}\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
    '400 invalid_payload',
  ],
  [
    'a header of 33 KiB',
    `POST ${PATH} HTTP/1.1\r\n${HOST}\r\nx: ${'y'.repeat(33 * 1024)}\r\n\r\n`,
    '413 content_too_large',
  ],
  ['a path of 33 KiB', `POST /${'y'.repeat(33 * 1024)} HTTP/1.1\r\n${HOST}\r\n\r\n`, '413 content_too_large'],
]

describe('What is no HTTP request', () => {
  const service = useSharedService()

  for (const [title, bytes, expected] of UNPARSABLE) {
    it(`${title}: ${expected}, and the connection is closed`, async () => {
      const connection = await Connection.open(service().url)
      connection.write(bytes)
      expect((await connection.errorAnswer()).outcome).to.equal(expected)
      await connection.whenClosed()
      expect(connection.received.toString()).to.equal('')
    })
  }

  it('a request without a host: 400 invalid_payload (RFC 9112 §3.2)', async () => {
    const connection = await Connection.open(service().url)
    connection.write(`POST ${PATH} HTTP/1.1\r\n\r\n`)
    expect((await connection.documentedAnswer('POST', PATH)).outcome).to.equal('400 invalid_payload')
    connection.reset()
  })

  it('chunks that are none, in the middle of an upload: 400', async () => {
    const connection = await Connection.open(service().url)
    connection.head(`POST ${PATH} HTTP/1.1`, { 'content-type': 'application/json', 'transfer-encoding': 'chunked' })
    connection.write('1\r\n{\r\nnonsense\r\n')
    expect((await connection.errorAnswer()).outcome).to.equal('400 invalid_payload')
    await connection.whenClosed()
  })

  it('an expectation that nobody knows is not met, and the request is answered', async () => {
    const connection = await Connection.open(service().url)
    connection.head(`POST ${PATH} HTTP/1.1`, { expect: 'miracles', 'content-length': 0 })
    expect((await connection.documentedAnswer('POST', PATH)).outcome).to.equal('200')
    connection.reset()
  })

  const WISHES = {
    'without a body': ['GET', '/health', {}, ''],
    'with a body': ['POST', PATH, { 'content-type': 'application/json', 'content-length': 2 }, '{}'],
    'before a refusal': ['POST', '/v1/nothing', { 'content-length': 2 }, '{}'],
  } as const
  for (const [title, [method, path, headers, body]] of Object.entries(WISHES)) {
    it(`a wish for another protocol, ${title}, is not granted, and the request is answered`, async () => {
      const connection = await Connection.open(service().url)
      connection.head(`${method} ${path} HTTP/1.1`, { ...headers, connection: 'upgrade', upgrade: 'websocket' })
      connection.write(body)
      const { outcome } = await connection.documentedAnswer(method, path)
      expect(outcome).to.equal(path === '/v1/nothing' ? '404 not_found' : '200')
      connection.reset()
    })
  }

  for (const target of ['localhost:80', '[::1]:80', 'backup.example', '*']) {
    it(`a tunnel to ${target} is not opened: 404 not_found, and the connection is closed`, async () => {
      const connection = await Connection.open(service().url)
      connection.head(`CONNECT ${target} HTTP/1.1`, { 'x-request-id': `tunnel-${target.length}` })
      connection.write('the first bytes through the tunnel')
      const answer = await connection.errorAnswer()
      expect(answer.outcome).to.equal('404 not_found')
      expect(answer.headers.get('connection')).to.equal('close')
      expect(answer.headers.get('x-request-id')).to.equal(`tunnel-${target.length}`)
      await connection.whenClosed()
      expect(connection.received.toString(), 'after the answer').to.equal('')
    })
  }

  for (const before of [['GET /health'], ['GET /ready', `POST ${PATH}`]]) {
    it(`a tunnel asked for behind ${before.join(' and ')} is refused when that has been answered`, async () => {
      const connection = await Connection.open(service().url)
      const heads = [...before, 'CONNECT localhost:80'].map((line) => `${line} HTTP/1.1\r\n${HOST}\r\n\r\n`)
      connection.write(heads.join(''))
      for (const line of before) {
        const [method = '', path = ''] = line.split(' ')
        expect((await connection.documentedAnswer(method, path)).outcome).to.equal('200')
      }
      expect((await connection.errorAnswer()).outcome).to.equal('404 not_found')
      await connection.whenClosed()
    })
  }

  it('after a request does not break into the answer that is on its way', async () => {
    const owner = new BackupClient(service().http, randomBytes(6 * 1024 * 1024))
    await owner.create()
    const { path, headers = {}, body } = await owner.retrieveRequest()
    const connection = await Connection.open(service().url)
    connection.head(`POST ${path} HTTP/1.1`, { ...headers, 'content-length': Buffer.byteLength(body as string) })
    connection.write(body as string)
    while (connection.received.length === 0) await new Promise((resolve) => setImmediate(resolve))
    connection.write('nonsense\r\n\r\n')
    await connection.whenClosed()
    expect((await connection.documentedAnswer('POST', path)).outcome).to.equal('200')
    expect((await connection.errorAnswer()).outcome).to.equal('400 invalid_payload')
    expect(connection.received.toString()).to.equal('')
  })

  /** Told only once, however much of it comes. */
  const BEHIND = {
    'no HTTP': ['xx\r\n\r\n', '400 invalid_payload'],
    'a header that is too large': [`POST ${PATH} HTTP/1.1\r\nx: ${'y'.repeat(40_000)}`, '413 content_too_large'],
    'a header that is none': [`POST ${PATH} HTTP/1.1\r\nnonsense\r\n\r\n`, '400 invalid_payload'],
  } as const
  for (const [title, [bytes, expected]] of Object.entries(BEHIND)) {
    it(`${title}, behind requests that take effect: those are answered before`, async () => {
      const owner = new BackupClient(service().http)
      await owner.create()
      const { path, headers = {}, body } = await owner.resetRequest()
      const connection = await Connection.open(service().url)
      connection.head('GET /ready HTTP/1.1')
      connection.head(`POST ${path} HTTP/1.1`, { ...headers, 'content-length': Buffer.byteLength(body as string) })
      connection.write(`${body as string}${bytes}`)
      connection.write(bytes)
      expect((await connection.documentedAnswer('GET', '/ready')).outcome).to.equal('200')
      expect((await connection.documentedAnswer('POST', path)).outcome).to.equal('204')
      expect((await connection.errorAnswer()).outcome).to.equal(expected)
      await connection.whenClosed()
      expect(connection.received.toString()).to.equal('')
    })
  }

  it('chunks that are none, of a request that is refused already: those before it are answered', async () => {
    const connection = await Connection.open(service().url)
    connection.head('GET /ready HTTP/1.1')
    connection.head('POST /v1/nothing HTTP/1.1', { 'transfer-encoding': 'chunked' })
    connection.write('nonsense\r\n')
    expect((await connection.documentedAnswer('GET', '/ready')).outcome).to.equal('200')
    expect((await connection.errorAnswer()).outcome).to.match(/^40/)
    await connection.whenClosed()
    expect(connection.received.toString()).to.equal('')
  })

  it('chunks that are none, behind a request that takes effect: that is answered before', async () => {
    const connection = await Connection.open(service().url)
    connection.head('GET /ready HTTP/1.1')
    connection.head(`POST ${PATH} HTTP/1.1`, { 'content-type': 'application/json', 'transfer-encoding': 'chunked' })
    connection.write('nonsense\r\n')
    expect((await connection.documentedAnswer('GET', '/ready')).outcome).to.equal('200')
    expect((await connection.errorAnswer()).outcome).to.equal('400 invalid_payload')
    await connection.whenClosed()
  })

  it('two requests at once are answered one after the other', async () => {
    const connection = await Connection.open(service().url)
    connection.head(`POST ${PATH} HTTP/1.1`, { 'content-length': 0 })
    connection.head('GET /health HTTP/1.1')
    expect((await connection.documentedAnswer('POST', PATH)).outcome).to.equal('200')
    expect((await connection.documentedAnswer('GET', '/health')).outcome).to.equal('200')
    connection.reset()
  })
})
