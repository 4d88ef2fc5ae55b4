import { expect } from 'chai'
import { authorizationBy, BackupClient } from '../support/http-backup-client.ts'
import { startTestService, type RunningService } from '../support/http-service.ts'
import { P256Keypair } from '../support/keypair.ts'
import { LocalIssuer } from '../support/local-issuer.ts'

interface AudienceRow {
  readonly kind: 'GOOGLE' | 'APPLE' | 'ACME'
  /** Which of the client ids the token is for. */
  readonly audience: 'first' | 'second'
  /** What the request says. */
  readonly aud?: unknown
  readonly outcome: string
}

/** No account has a backup here: that is told after the token was believed, of a kind of its own. */
const BELIEVED = '400 backup_untraceable'
const FOR_OTHERS = '400 oidc_token_invalid_aud'

const ROWS: readonly AudienceRow[] = [
  ...(['GOOGLE', 'ACME'] as const).flatMap((kind) =>
    [undefined, null, 'first', 'second', 'else', '', 5, { any: ['thing'] }, 'a'.repeat(1025)].map((aud) => ({
      kind,
      audience: 'second' as const,
      aud,
      outcome: BELIEVED,
    })),
  ),
  { kind: 'APPLE', audience: 'first', outcome: BELIEVED },
  { kind: 'APPLE', audience: 'first', aud: null, outcome: BELIEVED },
  { kind: 'APPLE', audience: 'first', aud: 'second', outcome: FOR_OTHERS },
  { kind: 'APPLE', audience: 'first', aud: 'else', outcome: FOR_OTHERS },
  { kind: 'APPLE', audience: 'first', aud: 5, outcome: '400 invalid_payload' },
  { kind: 'APPLE', audience: 'first', aud: 'a'.repeat(1025), outcome: '400 invalid_payload' },
  { kind: 'APPLE', audience: 'second', outcome: FOR_OTHERS },
  { kind: 'APPLE', audience: 'second', aud: 'second', outcome: BELIEVED },
]

describe('aud of an oidcToken', () => {
  let issuer: LocalIssuer
  let service: RunningService

  before(async () => {
    issuer = await LocalIssuer.start()
    const variables: Record<string, string> = { OIDC_PROVIDERS: 'GOOGLE,APPLE,ACME' }
    for (const kind of ['GOOGLE', 'APPLE', 'ACME']) {
      variables[`OIDC_${kind}_CLIENT_IDS`] = 'first,second'
      variables[`OIDC_${kind}_ISSUER`] = issuer.name
      variables[`OIDC_${kind}_JWKS_URL`] = issuer.jwksUrl.href
    }
    service = await startTestService({ variables })
  })

  after(async () => {
    await service.stop()
    await issuer.stop()
  })

  for (const { kind, audience, aud, outcome } of ROWS) {
    const said = aud === undefined ? 'no aud' : `aud ${JSON.stringify(aud).slice(0, 30)}`
    it(`of ${kind} for the ${audience} client id, with ${said}: ${outcome}`, async () => {
      const session = new P256Keypair()
      const { challenge, token } = await new BackupClient(service.http).challenge('verify-factor')
      const idToken = issuer.idToken({ sessionKey: session.publicKey, audience })
      const answer = await service.http.post('/v1/verify-factor', {
        authorization: {
          ...authorizationBy(session, challenge),
          kind: 'OIDC_ACCOUNT',
          oidcToken: { kind, token: idToken, aud },
        },
        challengeToken: token,
      })
      expect(answer.outcome).to.equal(outcome)
    })
  }
})
