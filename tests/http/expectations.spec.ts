import { expect } from 'chai'
import { BackupClient } from '../support/http-backup-client.ts'
import { Connection } from '../support/http-connection.ts'
import { encodeMultipart, multipartHeaders, uploadParts } from '../support/http-multipart.ts'
import { useSharedService } from '../support/http-service.ts'

const MIB = 1024 * 1024
const BOUNDARY = 'boundary'
const JSON_TYPE = { 'content-type': 'application/json' }

interface Row {
  readonly method?: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | number>>
  readonly expected: string
}

const REFUSED_BY_THEIR_HEADERS: Readonly<Record<string, Row>> = {
  'JSON that is too long': {
    path: '/v1/reset',
    headers: { ...JSON_TYPE, 'content-length': MIB + 1 },
    expected: '413 content_too_large',
  },
  'an upload that is too long': {
    path: '/v1/create',
    headers: { ...multipartHeaders(BOUNDARY), 'content-length': 17 * MIB },
    expected: '413 content_too_large',
  },
  'text where JSON is taken': {
    path: '/v1/reset',
    headers: { 'content-type': 'text/plain', 'content-length': 10 },
    expected: '415 unsupported_media_type',
  },
  'an upload where JSON is taken': {
    path: '/v1/reset',
    headers: { ...multipartHeaders(BOUNDARY), 'content-length': 10 },
    expected: '415 unsupported_media_type',
  },
  'JSON where an upload is taken': {
    path: '/v1/create',
    headers: { ...JSON_TYPE, 'content-length': 10 },
    expected: '415 unsupported_media_type',
  },
  'an upload without a boundary': {
    path: '/v1/create',
    headers: { 'content-type': 'multipart/form-data', 'content-length': 10 },
    expected: '400 multipart_error',
  },
  'a compressed body': {
    path: '/v1/reset',
    headers: { ...JSON_TYPE, 'content-encoding': 'gzip', 'content-length': 10 },
    expected: '415 unsupported_media_type',
  },
  'a path that is not there': {
    path: '/v1/nothing',
    headers: { ...JSON_TYPE, 'content-length': 10 },
    expected: '404 not_found',
  },
  'another method': {
    method: 'PUT',
    path: '/v1/reset',
    headers: { ...JSON_TYPE, 'content-length': 10 },
    expected: '405 method_not_allowed',
  },
}

describe('Clients who expect 100-continue (RFC 9110 §10.1.1)', () => {
  const service = useSharedService()

  async function ask(method: string, path: string, headers: Row['headers']): Promise<Connection> {
    const connection = await Connection.open(service().url)
    connection.head(`${method} ${path} HTTP/1.1`, { ...headers, expect: '100-continue' })
    return connection
  }

  for (const [title, { method = 'POST', path, headers, expected }] of Object.entries(REFUSED_BY_THEIR_HEADERS)) {
    it(`are not told to send ${title}: ${expected}`, async () => {
      const connection = await ask(method, path, headers)
      // The first thing to come: 100 would be no answer that is documented.
      const answer = await connection.documentedAnswer(method, path)
      expect(answer.outcome).to.equal(expected)
      expect(answer.headers.get('connection')).to.equal('close')
      connection.write('x'.repeat(10))
      connection.end()
      await connection.whenClosed()
      expect(connection.received.toString(), 'after the answer').to.equal('')
    })
  }

  it('are told to send JSON that is asked for, once', async () => {
    const connection = await ask('POST', '/v1/reset', { ...JSON_TYPE, 'content-length': 2 })
    expect((await connection.answer()).status).to.equal(100)
    connection.write('{}')
    expect((await connection.documentedAnswer('POST', '/v1/reset')).outcome).to.equal('400 invalid_payload')
    connection.reset()
  })

  it('are told to send an upload that is asked for, once', async () => {
    const owner = new BackupClient(service().http)
    const body = encodeMultipart(uploadParts(await owner.createPayload(), owner.content), BOUNDARY)
    const framing = { ...multipartHeaders(BOUNDARY), 'content-length': body.length }
    const connection = await ask('POST', '/v1/create', framing)
    expect((await connection.answer()).status).to.equal(100)
    expect(connection.received.toString()).to.equal('')
    connection.write(body)
    expect((await connection.documentedAnswer('POST', '/v1/create')).outcome).to.equal('200')
    connection.reset()
  })

  it('are not told to send what they do not have', async () => {
    const connection = await ask('GET', '/health', {})
    expect((await connection.documentedAnswer('GET', '/health')).outcome).to.equal('200')
    await connection.whenClosed()
  })

  it('and wait for nothing are answered all the same', async () => {
    const connection = await ask('POST', '/v1/reset', { ...JSON_TYPE, 'content-length': 2 })
    connection.write('{}')
    expect((await connection.answer()).status).to.equal(100)
    expect((await connection.documentedAnswer('POST', '/v1/reset')).outcome).to.equal('400 invalid_payload')
    connection.reset()
  })
})
