import { expect } from 'chai'
import { authorizationBy, BackupClient } from '../support/http-backup-client.ts'
import { startTestService } from '../support/http-service.ts'
import { P256Keypair } from '../support/keypair.ts'
import { LocalIssuer } from '../support/local-issuer.ts'

const AUDIENCE = 'client.example'

/** No account has a backup here: that is told after the token was believed. */
const ROWS = [
  ['GOOGLE', 'GOOGLE', '400 backup_untraceable'],
  ['GOOGLE', 'APPLE', '400 oidc_token_verification_error'],
  ['off', 'GOOGLE', '400 oidc_token_verification_error'],
  ['off', 'APPLE', '400 oidc_token_verification_error'],
] as const

describe('an ID token', () => {
  let issuer: LocalIssuer

  before(async () => {
    issuer = await LocalIssuer.start()
  })

  after(async () => {
    await issuer.stop()
  })

  for (const [providers, kind, outcome] of ROWS) {
    it(`of ${kind} with OIDC_PROVIDERS=${providers}: ${outcome}`, async () => {
      const service = await startTestService({
        variables: {
          OIDC_PROVIDERS: providers,
          OIDC_GOOGLE_CLIENT_IDS: AUDIENCE,
          OIDC_GOOGLE_ISSUER: issuer.name,
          OIDC_GOOGLE_JWKS_URL: issuer.jwksUrl.href,
        },
      })
      try {
        const session = new P256Keypair()
        const { challenge, token } = await new BackupClient(service.http).challenge('verify-factor')
        const oidcToken = { kind, token: issuer.idToken({ sessionKey: session.publicKey, audience: AUDIENCE }) }
        const answer = await service.http.post('/v1/verify-factor', {
          authorization: { ...authorizationBy(session, challenge), kind: 'OIDC_ACCOUNT', oidcToken },
          challengeToken: token,
        })
        expect(answer.outcome).to.equal(outcome)
      } finally {
        await service.stop()
      }
    })
  }
})
