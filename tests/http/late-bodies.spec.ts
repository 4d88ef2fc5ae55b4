import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { authorizationBy, BackupClient } from '../support/http-backup-client.ts'
import { eventually } from '../support/http-eventually.ts'
import { beginPost, itMeanwhile, trickle, useImpatientService } from '../support/http-impatience.ts'
import {
  encodeMultipart,
  multipartHeaders,
  multipartRequest,
  PART_ORDERS,
  uploadParts,
} from '../support/http-multipart.ts'
import { canListOpenFiles, openSpools } from '../support/http-storage.ts'
import { P256Keypair } from '../support/keypair.ts'
import { providerVariables } from '../support/issuer-variables.ts'
import { LocalIssuer } from '../support/local-issuer.ts'

const AUDIENCE = 'client.example'
const BOUNDARY = 'boundary'
const SYNC_CHALLENGE = '/v1/sync/challenge/keypair'
const JSON_TYPE = { 'content-type': 'application/json' }

describe('Clients whose body is late', () => {
  let issuer: LocalIssuer

  before(async () => {
    issuer = await LocalIssuer.start()
  })

  const service = useImpatientService(() => providerVariables(issuer, AUDIENCE))

  after(() => issuer.stop())

  function eventsOf(requestId: string) {
    return service().events.filter(({ fields }) => fields.requestId === requestId)
  }

  itMeanwhile('are told when their JSON does not come, and nothing becomes of it if it then comes', async () => {
    const owner = new BackupClient(service().patient.http)
    await owner.create()
    const { path, body } = await owner.deleteBackupRequest()
    const bytes = Buffer.from(body as string)
    const connection = await beginPost(service().url, path, {
      ...JSON_TYPE,
      'content-length': bytes.length,
      'x-request-id': 'late-json',
    })
    connection.write(bytes.subarray(0, -1))
    expect((await connection.documentedAnswer('POST', path)).outcome).to.equal('408 request_timeout')
    connection.write(bytes.subarray(-1))
    await connection.whenClosed()
    expect(connection.received.toString(), 'after the answer').to.equal('')
    expect((await service().patient.http.send(owner.statusRequest())).outcome).to.equal('200')
    expect(eventsOf('late-json').map(({ event }) => event)).to.deep.equal(['request'])
  })

  itMeanwhile('are told when their JSON comes byte by byte', async () => {
    const connection = await beginPost(service().url, SYNC_CHALLENGE, { ...JSON_TYPE, 'content-length': 100_000 })
    trickle(connection)
    expect((await connection.documentedAnswer('POST', SYNC_CHALLENGE)).outcome).to.equal('408 request_timeout')
    await connection.whenClosed()
  })

  for (const order of PART_ORDERS) {
    itMeanwhile(`are told when their upload does not come, ${order}, and nothing becomes of it either`, async () => {
      const owner = new BackupClient(service().patient.http)
      const body = encodeMultipart(uploadParts(await owner.createPayload(), owner.content, order), BOUNDARY)
      const requestId = `late-${order.replace(' ', '-')}`
      const framing = { ...multipartHeaders(BOUNDARY), 'content-length': body.length }
      const connection = await beginPost(service().url, '/v1/create', { ...framing, 'x-request-id': requestId })
      connection.write(body.subarray(0, -20))
      expect((await connection.documentedAnswer('POST', '/v1/create')).outcome).to.equal('408 request_timeout')
      connection.write(body.subarray(-20))
      await connection.whenClosed()
      expect(connection.received.toString(), 'after the answer').to.equal('')
      if (await canListOpenFiles()) await eventually('the spool to be closed', async () => (await openSpools()) === 0)
      expect((await service().patient.http.send(owner.statusRequest())).outcome).to.equal('404 not_found')
      expect(eventsOf(requestId).map(({ event }) => event)).to.deep.equal(['request'])
    })
  }

  itMeanwhile('have more time the more they have sent', async () => {
    const owner = new BackupClient(service().patient.http, randomBytes(100_000))
    const body = encodeMultipart(uploadParts(await owner.createPayload(), owner.content), BOUNDARY)
    const connection = await beginPost(service().url, '/v1/create', {
      ...multipartHeaders(BOUNDARY),
      'content-length': body.length,
    })
    connection.write(body.subarray(0, -20))
    await connection.flushed()
    // Its time would be over at the latest when the time of one that came after it is.
    const silent = await beginPost(service().url, SYNC_CHALLENGE, { ...JSON_TYPE, 'content-length': 10 })
    expect((await silent.documentedAnswer('POST', SYNC_CHALLENGE)).outcome).to.equal('408 request_timeout')
    connection.write(body.subarray(-20))
    expect((await connection.documentedAnswer('POST', '/v1/create')).outcome).to.equal('200')
    connection.reset()
  })

  itMeanwhile('have no more time for what they sent with an earlier request', async () => {
    const connection = await beginPost(service().url, SYNC_CHALLENGE, { ...JSON_TYPE, 'content-length': 1_000_000 })
    connection.write(`{}${' '.repeat(999_998)}`)
    expect((await connection.documentedAnswer('POST', SYNC_CHALLENGE)).outcome).to.equal('200')
    connection.head(`POST ${SYNC_CHALLENGE} HTTP/1.1`, { ...JSON_TYPE, 'content-length': 10 })
    expect((await connection.documentedAnswer('POST', SYNC_CHALLENGE)).outcome).to.equal('408 request_timeout')
  })

  itMeanwhile('are not those whose body is there while the service waits for others', async () => {
    const owner = new BackupClient(service().patient.http)
    issuer.answer = 'held'
    const payload = { ...(await owner.createPayload()), ...(await accountMembers(owner)) }
    const creation = service().http.send(multipartRequest('/v1/create', uploadParts(payload, 'x')))
    await eventually('the service to ask for the keys', () => issuer.fetches > 0)
    const silent = await beginPost(service().url, SYNC_CHALLENGE, { ...JSON_TYPE, 'content-length': 10 })
    expect((await silent.documentedAnswer('POST', SYNC_CHALLENGE)).outcome).to.equal('408 request_timeout')
    issuer.release()
    expect((await creation).outcome).to.equal('200')
  })

  /** What makes a creation one by an account. */
  async function accountMembers(owner: BackupClient): Promise<object> {
    const session = new P256Keypair()
    const { challenge, token } = await owner.challenge('create')
    const idToken = issuer.idToken({ sessionKey: session.publicKey, audience: AUDIENCE })
    return {
      authorization: {
        ...authorizationBy(session, challenge),
        kind: 'OIDC_ACCOUNT',
        oidcToken: { kind: 'LOCAL', token: idToken },
      },
      challengeToken: token,
      turnkeyProviderId: 'provider',
    }
  }
})
