import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { BackupClient } from '../support/http-backup-client.ts'
import { Connection } from '../support/http-connection.ts'
import { eventually } from '../support/http-eventually.ts'
import { encodeMultipart, multipartHeaders, PART_ORDERS, uploadParts } from '../support/http-multipart.ts'
import { useService } from '../support/http-service.ts'
import { canListOpenFiles, openBlobs, openSpools } from '../support/http-storage.ts'

const BOUNDARY = 'boundary'
const SYNC_CHALLENGE = '/v1/sync/challenge/keypair'
const JSON_TYPE = { 'content-type': 'application/json' }

describe('Slow clients', () => {
  const service = useService({ variables: { STORAGE: 'embedded', REQUEST_TIMEOUT_MS: '150' } })

  async function post(path: string, headers: Readonly<Record<string, string | number>>): Promise<Connection> {
    const connection = await Connection.open(service().url)
    connection.head(`POST ${path} HTTP/1.1`, headers)
    return connection
  }

  it('are told when their JSON does not come', async () => {
    const connection = await post(SYNC_CHALLENGE, { ...JSON_TYPE, 'content-length': 10 })
    connection.write('{')
    expect((await connection.documentedAnswer('POST', SYNC_CHALLENGE)).outcome).to.equal('408 request_timeout')
    await connection.whenClosed()
  })

  it('are told when their JSON comes byte by byte', async () => {
    const connection = await post(SYNC_CHALLENGE, { ...JSON_TYPE, 'content-length': 100_000 })
    const trickle = setInterval(() => {
      connection.write(' ')
    }, 5)
    try {
      expect((await connection.documentedAnswer('POST', SYNC_CHALLENGE)).outcome).to.equal('408 request_timeout')
      await connection.whenClosed()
    } finally {
      clearInterval(trickle)
    }
  })

  for (const order of PART_ORDERS) {
    it(`are told when their upload does not come, ${order}, and nothing is stored even if it then comes`, async () => {
      const owner = new BackupClient(service().http)
      const body = encodeMultipart(uploadParts(await owner.createPayload(), owner.content, order), BOUNDARY)
      const headers = {
        ...multipartHeaders(BOUNDARY),
        'content-length': body.length,
        'x-request-id': `late-${order[0]}`,
      }
      const connection = await post('/v1/create', headers)
      connection.write(body.subarray(0, -20))
      expect((await connection.documentedAnswer('POST', '/v1/create')).outcome).to.equal('408 request_timeout')
      connection.write(body.subarray(-20))
      await connection.whenClosed()
      expect(connection.received.toString(), 'after the answer').to.equal('')
      if (await canListOpenFiles()) await eventually('the spool to be closed', async () => (await openSpools()) === 0)
      expect((await service().http.send(owner.statusRequest())).outcome).to.equal('404 not_found')
      expect(service().events.filter(({ level }) => level === 'error')).to.deep.equal([])
    })
  }

  it('have more time the more they have sent', async () => {
    const owner = new BackupClient(service().http, randomBytes(100_000))
    const body = encodeMultipart(uploadParts(await owner.createPayload(), owner.content), BOUNDARY)
    const connection = await post('/v1/create', { ...multipartHeaders(BOUNDARY), 'content-length': body.length })
    connection.write(body.subarray(0, -20))
    // Its time would be over at the latest when the time of one that came after it is.
    const silent = await post(SYNC_CHALLENGE, { ...JSON_TYPE, 'content-length': 10 })
    expect((await silent.documentedAnswer('POST', SYNC_CHALLENGE)).outcome).to.equal('408 request_timeout')
    connection.write(body.subarray(-20))
    expect((await connection.documentedAnswer('POST', '/v1/create')).outcome).to.equal('200')
    connection.reset()
  })

  it('are told when their headers do not come', async () => {
    const connection = await Connection.open(service().url)
    connection.write('POST /v1/reset HTTP/1.1\r\nhost: localhost\r\n')
    expect((await connection.errorAnswer()).outcome).to.equal('408 request_timeout')
    await connection.whenClosed()
  })

  it('are told when their second request on a connection does not come', async () => {
    const connection = await post(SYNC_CHALLENGE, { ...JSON_TYPE, 'content-length': 2 })
    connection.write('{}')
    expect((await connection.documentedAnswer('POST', SYNC_CHALLENGE)).outcome).to.equal('200')
    connection.write('POST /v1/reset')
    expect((await connection.errorAnswer()).outcome).to.equal('408 request_timeout')
    await connection.whenClosed()
  })

  it('are cut off when they say nothing at all', async () => {
    const connection = await Connection.open(service().url)
    await connection.whenClosed()
  })

  it('are cut off when they are refused and then neither send the rest nor go away', async () => {
    const connection = await post('/v1/nothing', { 'content-length': 1000 })
    expect((await connection.documentedAnswer('POST', '/v1/nothing')).outcome).to.equal('404 not_found')
    await connection.whenClosed()
  })

  it('are cut off when they stop reading a download, and nothing of it is held any longer', async function () {
    if (!(await canListOpenFiles())) this.skip()
    const owner = new BackupClient(service().http, randomBytes(15 * 1024 * 1024))
    await owner.create()
    const { path, headers = {}, body } = await owner.retrieveRequest()
    const requestId = 'stalled-download'
    const connection = await post(path, {
      ...headers,
      'x-request-id': requestId,
      'content-length': Buffer.byteLength(body as string),
    })
    connection.pause()
    connection.write(body as string)
    await eventually('the blob to be open', async () => (await openBlobs(service().folder)) === 1)
    await eventually('the blob to be closed', async () => (await openBlobs(service().folder)) === 0)
    await eventually('its end to be logged', () =>
      service().events.some(({ fields }) => fields.requestId === requestId && fields.outcome === 'broken_off'),
    )
    expect(service().events.filter(({ level }) => level === 'error')).to.deep.equal([])
    connection.reset()
    expect((await owner.stored()).content.equals(owner.content), 'the download after it').to.be.true
  })
})
