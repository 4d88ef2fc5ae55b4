import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { expect } from 'chai'
import type { EventFields, EventLog } from '../../application/ports/event-log.ts'
import { PinoEventLog, type LogFormat } from '../../adapters/logging/pino-event-log.ts'
import { authorizationBy, BackupClient, type RetrievedJson } from '../support/http-backup-client.ts'
import { HttpClient, jsonRequest } from '../support/http-client.ts'
import { Connection } from '../support/http-connection.ts'
import { eventually } from '../support/http-eventually.ts'
import { sendRefusalsWithCauses } from '../support/http-refusals-with-causes.ts'
import { secretsIn } from '../support/http-secrets.ts'
import { multipartRequest, uploadParts } from '../support/http-multipart.ts'
import { startTestService, type RunningService } from '../support/http-service.ts'
import { P256Keypair } from '../support/keypair.ts'
import { providerVariables, reportedAttestationVariables } from '../support/issuer-variables.ts'
import { LocalIssuer } from '../support/local-issuer.ts'
import { SoftwareAuthenticator } from '../support/software-authenticator.ts'

const EMAIL = 'somebody.with.a.name@mail.example'
const SUBJECT = 'the-subject-of-somebody'
const AUDIENCE = 'client.example'
/** Parts of much that is sent here. */
const KNOWN_SECRETS = ['secret', 'sealed b', 'somebody', EMAIL, SUBJECT].map((part) => ({ name: part, parts: [part] }))
const CEREMONY = { rpId: 'localhost', origin: 'http://localhost:8000' }

interface PasskeyChallengeJson {
  readonly challenge: { readonly publicKey: { readonly challenge: string } }
  readonly token: string
}

describe('The log', () => {
  let issuer: LocalIssuer
  let service: RunningService
  let http: HttpClient
  let logged = ''

  function logIn(format: LogFormat): EventLog {
    const destination = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        logged += chunk.toString()
        done()
      },
    })
    return new PinoEventLog('debug', format, destination)
  }

  before(async () => {
    issuer = await LocalIssuer.start()
    const log = new EventLogs(logIn('json'), logIn('pretty'))
    service = await startTestService({
      log,
      variables: {
        STORAGE: 'embedded',
        REQUEST_TIMEOUT_MS: '300',
        ...providerVariables(issuer, AUDIENCE),
        ...reportedAttestationVariables(issuer, AUDIENCE),
      },
    })
    http = new HttpClient(service.url, { recording: true })
  })

  after(async () => {
    await service.stop()
    await issuer.stop()
  })

  it('holds nothing that was sent or answered, whatever went well or wrong', async () => {
    await lifeOfKeypairs()
    await lifeOfPasskey()
    await lifeOfAccount()
    await refusals()
    await sendRefusalsWithCauses(http, issuer, { audience: AUDIENCE, email: EMAIL, subject: SUBJECT })
    await brokenConnections()
    await outages()

    const ids = http.transcript!.map(({ answer }) => answer.headers.get('x-request-id')!)
    await eventually('all requests to be logged', () => ids.every((id) => logged.includes(id)))
    await eventually('the broken one to be logged', () => logged.includes('broken_off'))
    expect(logged, 'what there is to be searched').to.include('/v1/sync').and.to.include('request_failed')
    for (const reason of [
      'attestation_refused',
      'response challenge',
      'SyntaxError',
      'token refused: sub',
      'multipart',
    ]) {
      expect(logged, 'what there is to be searched').to.include(reason)
    }
    const secrets = [...secretsIn(http.transcript!), ...KNOWN_SECRETS]
    expect(secrets).to.have.lengthOf.above(100)
    expect(secrets.filter(({ parts }) => parts.some((part) => logged.includes(part)))).to.deep.equal([])
  })

  async function lifeOfKeypairs(): Promise<void> {
    const owner = new BackupClient(http)
    const { syncFactors } = await owner.create()
    await owner.sync(Buffer.from('sealed bytes that are a text, to be found in another one'))
    await http.succeed(await owner.verifyFactorRequest())
    await http.succeed(await owner.addSyncFactorRequest(new P256Keypair()))
    await http.succeed(await owner.addFactorRequest(new P256Keypair()))
    await owner.metadata()
    const used = await owner.retrieveRequest()
    await http.succeed(used)
    await http.send(used)
    await http.send(await owner.createRequest())
    await http.send(
      await owner.syncRequest(Buffer.from('other'), { payload: { currentManifestHash: 'ab'.repeat(32) } }),
    )
    await http.send(await owner.deleteFactorRequest(syncFactors[0]!.id, 'SYNC', owner.encryptionKey))
    await http.succeed(await owner.deleteFactorRequest(syncFactors[0]!.id, 'SYNC'))
    await http.succeed(await owner.resetRequest())
  }

  async function lifeOfPasskey(): Promise<void> {
    const authenticator = new SoftwareAuthenticator()
    const user = { name: EMAIL, displayName: 'Some Body With A Name', platform: 'IOS' }
    const created = await http.succeed<PasskeyChallengeJson>(jsonRequest('/v1/create/challenge/passkey', user))
    const credential = authenticator.create({ ...CEREMONY, challenge: created.challenge.publicKey.challenge })
    const owner = new BackupClient(http)
    await owner.create({
      payload: {
        authorization: { kind: 'PASSKEY', credential, label: 'the phone of somebody' },
        challengeToken: created.token,
        initialEncryptionKey: { kind: 'PRF', encryptedKey: 'sealed by the PRF of a passkey' },
      },
    })
    for (const expected of ['200', '400 webauthn_error']) {
      const { challenge, token } = await http.succeed<PasskeyChallengeJson>({
        path: '/v1/retrieve/challenge/passkey',
      })
      const assertion = authenticator.get(
        { ...CEREMONY, challenge: challenge.publicKey.challenge },
        expected === '200' ? {} : { flip: ['UV'] },
      )
      const authorization = { kind: 'PASSKEY', credential: assertion }
      const answer = await http.post('/v1/retrieve/from-challenge', { authorization, challengeToken: token })
      expect(answer.outcome).to.equal(expected)
    }
  }

  async function lifeOfAccount(): Promise<void> {
    const owner = new BackupClient(http)
    const account = async (operation: string, header: object = {}) => {
      const session = new P256Keypair()
      const { challenge, token } = await owner.challenge(operation)
      const claims = { email: EMAIL, sub: SUBJECT }
      const idToken = issuer.idToken({
        sessionKey: session.publicKey,
        audience: AUDIENCE,
        claims,
        header: { ...header },
      })
      const signed = authorizationBy(session, challenge)
      const authorization = { ...signed, kind: 'OIDC_ACCOUNT', oidcToken: { kind: 'LOCAL', token: idToken } }
      return { authorization, challengeToken: token }
    }
    await owner.create({
      payload: {
        ...(await account('create')),
        turnkeyProviderId: 'turnkey-provider-of-somebody',
        initialEncryptionKey: {
          kind: 'TURNKEY',
          encryptedKey: 'sealed by Turnkey',
          turnkeyAccountId: 'turnkey-account-of-somebody',
          turnkeyUserId: 'turnkey-user-of-somebody',
          turnkeyPrivateKeyId: 'turnkey-key-of-somebody',
        },
      },
    })
    const retrieve = '/v1/retrieve/from-challenge'
    const { syncFactorToken } = (await http.post<RetrievedJson>(retrieve, await account('retrieve'))).body
    expect(syncFactorToken).to.be.a('string')
    issuer.answer = 'error'
    const unknown = await http.post(retrieve, await account('retrieve', { kid: randomUUID() }))
    expect(unknown.status).to.be.greaterThanOrEqual(400)
    issuer.answer = 'keys'
  }

  async function refusals(): Promise<void> {
    const owner = new BackupClient(http)
    const answer = await owner.answer('retrieve', owner.main)
    const forged = { ...answer.authorization, signature: authorizationBy(owner.device, 'another').signature }
    await http.post('/v1/retrieve/from-challenge', { ...answer, authorization: forged })
    await http.post('/v1/retrieve/from-challenge', { ...answer, challengeToken: 'a forged challenge token' })
    await http.post('/v1/retrieve/from-challenge', { ...answer, authorization: { kind: 'a kind that is a secret' } })
    await http.send({
      path: '/v1/reset',
      headers: { 'content-type': 'application/json', 'attestation-token': 'a secret attestation token' },
      body: '{"a secret that is not JSON',
    })
    await http.post('/v1/nothing?secret=a-secret-query', {})
    await http.post('/v1/reset?secret=a-secret-query', {}, { authorization: 'Bearer a-secret-bearer-token' })
    const payload = { ...(await owner.createPayload()), more: 'a secret unknown member' }
    await http.send(multipartRequest('/v1/create', uploadParts(payload, '')))
  }

  async function brokenConnections(): Promise<void> {
    const connection = await Connection.open(service.url)
    connection.head('POST /v1/reset HTTP/1.1', { 'content-type': 'application/json', 'content-length': 1000 })
    connection.write('{"a secret that breaks off')
    await connection.flushed()
    connection.reset()
    const unparsable = await Connection.open(service.url)
    unparsable.write('a secret that is not HTTP\r\n\r\n')
    await unparsable.whenClosed()
  }

  async function outages(): Promise<void> {
    const owner = new BackupClient(http)
    await owner.create()
    const request = await owner.retrieveRequest()
    const upload = await owner.syncRequest(Buffer.from('more sealed bytes'))
    await rm(join(service.folder, 'blobs'), { recursive: true })
    expect((await http.send(upload)).outcome).to.equal('503 unavailable')
    expect((await http.send(request)).outcome).to.equal('400 backup_missing')
  }
})

/** Tells all of them. */
class EventLogs implements EventLog {
  readonly #logs: readonly EventLog[]

  constructor(...logs: readonly EventLog[]) {
    this.#logs = logs
  }

  debug(event: string, fields: EventFields): void {
    for (const log of this.#logs) log.debug(event, fields)
  }

  info(event: string, fields: EventFields): void {
    for (const log of this.#logs) log.info(event, fields)
  }

  warn(event: string, fields: EventFields, cause?: unknown): void {
    for (const log of this.#logs) log.warn(event, fields, cause)
  }

  error(event: string, fields: EventFields, cause?: unknown): void {
    for (const log of this.#logs) log.error(event, fields, cause)
  }
}
