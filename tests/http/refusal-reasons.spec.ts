import { expect } from 'chai'
import { authorizationBy, BackupClient } from '../support/http-backup-client.ts'
import type { Answer, HttpClient } from '../support/http-client.ts'
import { multipartRequest, uploadParts } from '../support/http-multipart.ts'
import { startTestService, type RunningService } from '../support/http-service.ts'
import { P256Keypair } from '../support/keypair.ts'
import { providerVariables, reportedAttestationVariables } from '../support/issuer-variables.ts'
import { LocalIssuer, type TokenEdits } from '../support/local-issuer.ts'
import type { RecordedEvent } from '../support/recording-event-log.ts'

const AUDIENCE = 'client.example'

describe('the log of a refusal', () => {
  let issuer: LocalIssuer
  let service: RunningService

  before(async () => {
    issuer = await LocalIssuer.start()
    service = await startTestService({
      variables: {
        ...providerVariables(issuer, AUDIENCE),
        ...reportedAttestationVariables(issuer, AUDIENCE),
      },
    })
  })

  after(async () => {
    await service.stop()
    await issuer.stop()
  })

  /** What was logged of a request under its id, but for the line that every request has. */
  function loggedOf(answer: Answer): readonly Pick<RecordedEvent, 'level' | 'event' | 'fields'>[] {
    const requestId = answer.headers.get('x-request-id')
    const events = service.events.filter(({ event, fields }) => event !== 'request' && fields.requestId === requestId)
    return events.map(({ level, event, fields: { requestId: _, ...fields } }) => ({ level, event, fields }))
  }

  /** Verifies a factor that no backup has. */
  async function verifyAccount(edits: TokenEdits, attestation?: (body: object) => string): Promise<Answer> {
    const session = new P256Keypair()
    const { challenge, token } = await new BackupClient(service.http).challenge('verify-factor')
    const idToken = issuer.idToken({ sessionKey: session.publicKey, audience: AUDIENCE, ...edits })
    const oidcToken = { kind: 'LOCAL', token: idToken }
    const body = {
      authorization: { ...authorizationBy(session, challenge), kind: 'OIDC_ACCOUNT', oidcToken },
      challengeToken: token,
    }
    const attest = attestation ?? attestationFor
    return service.http.post('/v1/verify-factor', body, { 'attestation-token': attest(body) })
  }

  function attestationFor(body: object, edits: TokenEdits = {}): string {
    const request = { method: 'POST', path: '/v1/verify-factor', body }
    return issuer.attestationToken({ audience: AUDIENCE, request, ...edits })
  }

  const tokens: readonly (readonly [title: string, edits: TokenEdits, code: string, reason: string])[] = [
    ['issuer', { claims: { iss: 'else' } }, 'oidc_token_verification_error', 'iss'],
    ['age', { claims: { iat: 1 } }, 'oidc_token_verification_error', 'iat'],
    ['subject', { claims: { sub: '' } }, 'oidc_token_verification_error', 'sub'],
    ['key', { header: { kid: 'else' } }, 'oidc_token_verification_error', 'ERR_JWKS_NO_MATCHING_KEY'],
  ]
  for (const [title, edits, code, reason] of tokens) {
    it(`tells that it was the ${title} of an ID token`, async () => {
      expect(loggedOf(await verifyAccount(edits))).to.deep.equal([
        { level: 'debug', event: 'request_refused', fields: { code, reason: `token refused: ${reason}` } },
      ])
    })
  }

  it('has no more than the line of every request where the code says it all', async () => {
    const answer = await verifyAccount({ claims: { nonce: 'else' } })
    expect(answer.outcome).to.equal('400 oidc_token_invalid_nonce')
    expect(loggedOf(answer)).to.deep.equal([])
  })

  it('tells why a challenge token does not count', async () => {
    const foreign = await startTestService()
    const reasonOf = async (http: HttpClient, operation: string): Promise<unknown> => {
      const { token } = await new BackupClient(http).challenge(operation)
      const body = await new BackupClient(service.http).answer('verify-factor', new P256Keypair())
      const answer = await service.http.post('/v1/verify-factor', { ...body, challengeToken: token })
      return loggedOf(answer)
        .filter(({ event }) => event === 'request_refused')
        .map(({ fields }) => fields)
    }
    try {
      expect(await reasonOf(foreign.http, 'verify-factor')).to.deep.equal([
        { code: 'jwt_error', reason: 'the token names a key that is not in CHALLENGE_KEYS' },
      ])
      expect(await reasonOf(service.http, 'sync')).to.deep.equal([
        { code: 'invalid_challenge_context', reason: 'the challenge was issued for another operation' },
      ])
    } finally {
      await foreign.stop()
    }
  })

  it('tells that one token stands for two', async () => {
    const owner = new BackupClient(service.http)
    const { challenge, token } = await owner.challenge('create')
    const twice = {
      ...(await owner.createPayload()),
      authorization: authorizationBy(owner.main, challenge),
      challengeToken: token,
      initialSyncFactor: authorizationBy(owner.device, challenge),
      initialSyncChallengeToken: token,
    }
    const answer = await service.http.send(multipartRequest('/v1/create', uploadParts(twice, owner.content)))
    expect(answer.outcome).to.equal('400 already_used')
    expect(loggedOf(answer).map(({ fields }) => fields)).to.deep.equal([
      { code: 'already_used', reason: 'one token stands for two in this request' },
    ])
  })

  const attestations: readonly (readonly [title: string, edits: TokenEdits, code: string, reason: string])[] = [
    ['audience', { claims: { aud: 'else' } }, 'invalid_attestation_token_claim', 'aud'],
    ['verdict', { claims: { pass: false } }, 'invalid_attestation_token_claim', 'pass'],
    ['request', { claims: { jti: 'else' } }, 'invalid_attestation_token_claim', 'jti'],
    ['key', { header: { kid: 'else' } }, 'invalid_attestation_token', 'ERR_JWKS_NO_MATCHING_KEY'],
  ]
  for (const [title, edits, code, reason] of attestations) {
    it(`tells that it was the ${title} of an attestation that is only reported`, async () => {
      const answer = await verifyAccount({}, (body) => attestationFor(body, edits))
      expect(answer.outcome).to.equal('400 backup_untraceable')
      expect(loggedOf(answer)).to.deep.equal([
        { level: 'debug', event: 'attestation_refused', fields: { code, reason: `token refused: ${reason}` } },
      ])
    })
  }

  it('tells of an attestation that is missing', async () => {
    const answer = await verifyAccount({}, () => '')
    expect(loggedOf(answer)).to.deep.equal([
      {
        level: 'debug',
        event: 'attestation_refused',
        fields: { code: 'invalid_attestation_token_header', reason: undefined },
      },
    ])
  })

  it('tells of a gateway that cannot be reached as of a failure', async () => {
    const gateway = await LocalIssuer.start()
    await gateway.stop()
    const other = await startTestService({
      variables: {
        ATTESTATION_MODE: 'report',
        ATTESTATION_JWKS_URL: gateway.jwksUrl.href,
        ATTESTATION_ISSUER: gateway.name,
        ATTESTATION_AUDIENCE: AUDIENCE,
      },
    })
    try {
      const body = await new BackupClient(other.http).answer('verify-factor', new P256Keypair())
      await other.http.post('/v1/verify-factor', body, { 'attestation-token': attestationFor(body) })
      const failed = other.events.find(({ event }) => event === 'attestation_failed')
      expect(failed).to.include({ level: 'error' }).and.have.nested.property('fields.code', 'unavailable')
    } finally {
      await other.stop()
    }
  })
})
