import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { BackupClient } from '../support/http-backup-client.ts'
import { Connection } from '../support/http-connection.ts'
import { eventually } from '../support/http-eventually.ts'
import { beginPost, itMeanwhile, trickle, useImpatientService } from '../support/http-impatience.ts'
import { canListOpenFiles, openBlobs } from '../support/http-storage.ts'

const SYNC_CHALLENGE = '/v1/sync/challenge/keypair'
const JSON_TYPE = { 'content-type': 'application/json' }

describe('Clients who keep a connection to themselves', () => {
  const service = useImpatientService()

  itMeanwhile('are told when their headers do not come', async () => {
    const connection = await Connection.open(service().url)
    connection.write('POST /v1/reset HTTP/1.1\r\nhost: localhost\r\n')
    expect((await connection.errorAnswer()).outcome).to.equal('408 request_timeout')
    await connection.whenClosed()
  })

  itMeanwhile('are told when their headers come byte by byte', async () => {
    const connection = await Connection.open(service().url)
    connection.write('POST /v1/reset HTTP/1.1\r\nhost: localhost\r\nx-slow:')
    trickle(connection)
    expect((await connection.errorAnswer()).outcome).to.equal('408 request_timeout')
    await connection.whenClosed()
  })

  itMeanwhile('are told when the second request on a connection does not come', async () => {
    const connection = await beginPost(service().url, SYNC_CHALLENGE, { ...JSON_TYPE, 'content-length': 2 })
    connection.write('{}')
    expect((await connection.documentedAnswer('POST', SYNC_CHALLENGE)).outcome).to.equal('200')
    connection.write('POST /v1/reset')
    expect((await connection.errorAnswer()).outcome).to.equal('408 request_timeout')
    await connection.whenClosed()
  })

  itMeanwhile('are cut off when they say nothing at all', async () => {
    const connection = await Connection.open(service().url)
    await connection.whenClosed()
  })

  itMeanwhile('are cut off when they are refused and then neither send the rest nor go away', async () => {
    const connection = await beginPost(service().url, '/v1/nothing', { 'content-length': 1000 })
    expect((await connection.documentedAnswer('POST', '/v1/nothing')).outcome).to.equal('404 not_found')
    await connection.whenClosed()
  })

  itMeanwhile('are cut off when they are refused and then send the rest byte by byte', async () => {
    const connection = await beginPost(service().url, '/v1/nothing', { 'content-length': 100_000 })
    trickle(connection)
    expect((await connection.documentedAnswer('POST', '/v1/nothing')).outcome).to.equal('404 not_found')
    await connection.whenClosed()
  })

  itMeanwhile('are cut off when they stop reading a download, and nothing of it is held any longer', async () => {
    if (!(await canListOpenFiles())) return
    const owner = new BackupClient(service().patient.http, randomBytes(15 * 1024 * 1024))
    await owner.create()
    const { path, headers, body } = await owner.retrieveRequest()
    const framing = { 'content-length': Buffer.byteLength(body as string), 'x-request-id': 'stalled-download' }
    const connection = await beginPost(service().url, path, { ...headers, ...framing })
    connection.pause()
    connection.write(body as string)
    await eventually('the blob to be open', async () => (await openBlobs(service().folder)) === 1)
    await eventually('the blob to be closed', async () => (await openBlobs(service().folder)) === 0)
    const logged = () => service().events.find(({ fields }) => fields.requestId === 'stalled-download')
    await eventually('its end to be logged', () => logged() !== undefined)
    expect(logged()).to.have.property('level', 'info')
    expect(logged()?.fields).to.include({ status: 200, outcome: 'broken_off' })
    connection.reset()
  })
})
