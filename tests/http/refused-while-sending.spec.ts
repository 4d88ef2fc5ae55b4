import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { BackupClient } from '../support/http-backup-client.ts'
import { Connection } from '../support/http-connection.ts'
import { encodeMultipart, multipartHeaders, PART_ORDERS, uploadParts } from '../support/http-multipart.ts'
import { SMALL_BACKUP_BYTES, useSharedService } from '../support/http-service.ts'

const BOUNDARY = 'boundary'
const MIB = 1024 * 1024
const CONTENT = randomBytes(8 * MIB)

interface Upload {
  readonly path: string
  readonly headers?: Readonly<Record<string, string | number>>
  readonly body: Buffer
}

interface Row {
  readonly title: string
  readonly expected: string
  readonly upload: (owner: BackupClient) => Promise<Upload>
}

function multipart(path: string, payload: unknown): Upload {
  return {
    path,
    headers: multipartHeaders(BOUNDARY),
    body: encodeMultipart(uploadParts(payload, CONTENT), BOUNDARY),
  }
}

/** Refusals that are known before the sealed bytes have come. */
const REFUSALS: readonly Row[] = [
  {
    title: 'a payload that is not as documented',
    expected: '400 invalid_payload',
    upload: async () => multipart('/v1/create', {}),
  },
  {
    title: 'a forged challenge token',
    expected: '400 jwt_error',
    upload: async (owner) => multipart('/v1/create', { ...(await owner.createPayload()), challengeToken: 'forged' }),
  },
  {
    title: 'an account that has a backup',
    expected: '409 backup_account_id_already_exists',
    upload: async (owner) => {
      await owner.create()
      return multipart('/v1/create', await owner.createPayload())
    },
  },
  {
    title: 'a sync from another state',
    expected: '412 manifest_hash_mismatch',
    upload: async (owner) => {
      await owner.create()
      return multipart('/v1/sync', { ...(await owner.syncPayload(CONTENT)), currentManifestHash: 'ab'.repeat(32) })
    },
  },
  { title: 'a path that is not there', expected: '404 not_found', upload: async () => multipart('/v1/nothing', {}) },
  {
    title: 'an operation that takes JSON',
    expected: '415 unsupported_media_type',
    upload: async () => multipart('/v1/reset', {}),
  },
  {
    title: 'JSON that is too long',
    expected: '413 content_too_large',
    upload: async () => ({
      path: '/v1/reset',
      headers: { 'content-type': 'application/json' },
      body: Buffer.alloc(8 * MIB, ' '),
    }),
  },
  {
    title: 'a content length beyond any limit',
    expected: '413 content_too_large',
    upload: async (owner) => ({
      ...multipart('/v1/create', await owner.createPayload()),
      body: Buffer.alloc(17 * MIB),
    }),
  },
]

describe('A refusal before the body was read', () => {
  const service = useSharedService()

  for (const { title, expected, upload } of REFUSALS) {
    it(`of ${title} reaches a client that waits with the rest of the body, and one that then sends it`, async () => {
      const { path, headers, body } = await upload(new BackupClient(service().http))
      const connection = await Connection.open(service().url)
      connection.head(`POST ${path} HTTP/1.1`, { ...headers, 'content-length': body.length })
      const sentBefore = Math.min(body.length - 1, 2 * MIB)
      connection.write(body.subarray(0, sentBefore))

      const answer = await connection.documentedAnswer('POST', path)
      expect(answer.outcome).to.equal(expected)
      expect(answer.headers.get('connection')).to.equal('close')
      expect(connection.closed, 'closed before the client has sent all').to.be.false

      connection.write(body.subarray(sentBefore))
      await connection.whenClosed()
      expect(connection.failure).to.equal(undefined)
    })
  }

  const byLength = [
    { path: '/v1/reset', length: MIB + 1, headers: { 'content-type': 'application/json' } },
    { path: '/v1/create', length: 17 * MIB, headers: multipartHeaders(BOUNDARY) },
  ]
  for (const { path, length, headers } of byLength) {
    it(`by the content length alone comes before any of the body, of ${path}`, async () => {
      const connection = await Connection.open(service().url)
      connection.head(`POST ${path} HTTP/1.1`, { ...headers, 'content-length': length })
      expect((await connection.documentedAnswer('POST', path)).outcome).to.equal('413 content_too_large')
      connection.reset()
    })
  }

  it('leaves the connection open if the body was read', async () => {
    const connection = await Connection.open(service().url)
    for (let request = 0; request < 2; request += 1) {
      connection.head('POST /v1/reset HTTP/1.1', { 'content-type': 'application/json', 'content-length': 2 })
      connection.write('{}')
      const answer = await connection.documentedAnswer('POST', '/v1/reset')
      expect(answer.outcome).to.equal('400 invalid_payload')
    }
    expect(connection.closed).to.be.false
    connection.reset()
  })
})

describe('A refusal by count', () => {
  const service = useSharedService('small')

  for (const order of PART_ORDERS) {
    it(`of a backup comes as soon as it is too long, ${order}`, async () => {
      const payload = await new BackupClient(service().http).createPayload()
      const tooLong = Buffer.alloc(100_000)
      const body = encodeMultipart(uploadParts(payload, tooLong, order), BOUNDARY)
      const connection = await Connection.open(service().url)
      connection.head('POST /v1/create HTTP/1.1', { ...multipartHeaders(BOUNDARY), 'content-length': body.length })
      connection.write(body.subarray(0, body.indexOf(tooLong) + SMALL_BACKUP_BYTES + 1000))
      expect((await connection.documentedAnswer('POST', '/v1/create')).outcome).to.equal('413 content_too_large')
      connection.reset()
    })
  }
})

describe('A refused client that sends without end', () => {
  const service = useSharedService('small')

  it('is cut off once it sent more than any request has', async () => {
    const connection = await Connection.open(service().url)
    connection.head('POST /v1/nothing HTTP/1.1', { 'transfer-encoding': 'chunked' })
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`
    connection.write(chunk)
    expect((await connection.documentedAnswer('POST', '/v1/nothing')).outcome).to.equal('404 not_found')
    let sent = 0
    while (!connection.closed) {
      connection.write(chunk)
      await connection.flushed()
      sent += chunk.length
    }
    // What the sockets' buffers took in between comes on top.
    expect(sent).to.be.within(MIB, 32 * MIB)
  })
})
