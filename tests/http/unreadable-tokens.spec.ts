import { expect } from 'chai'
import { authorizationBy, BackupClient } from '../support/http-backup-client.ts'
import { useService } from '../support/http-service.ts'
import { P256Keypair } from '../support/keypair.ts'

/** No shape of a token is a matter of the request's shape: clients know what to do about each code, and not about another. */
describe('A token that is unreadable', () => {
  const service = useService({
    variables: {
      OIDC_PROVIDERS: 'ACME',
      OIDC_ACME_CLIENT_IDS: 'app',
      OIDC_ACME_ISSUER: 'https://issuer.example',
      OIDC_ACME_JWKS_URL: 'http://127.0.0.1:9/',
    },
  })

  const tokens: readonly (readonly [string, string])[] = [
    ['empty', ''],
    ['malformed', 'nonsense'],
    ['longer than any of ours', 'a'.repeat(20_000)],
  ]
  for (const [how, unreadable] of tokens) {
    it(`since it is ${how}, is jwt_error as a challenge token`, async () => {
      const answer = await new BackupClient(service().http).answer('verify-factor', new P256Keypair())
      const { outcome } = await service().http.post('/v1/verify-factor', { ...answer, challengeToken: unreadable })
      expect(outcome).to.equal('400 jwt_error')
    })

    it(`since it is ${how}, is token_not_found as a sync factor token`, async () => {
      const client = new BackupClient(service().http)
      const { authorization, challengeToken } = await client.answer('add-sync-factor', new P256Keypair())
      const request = { syncFactor: authorization, challengeToken, syncFactorToken: unreadable }
      expect((await service().http.post('/v1/add-sync-factor', request)).outcome).to.equal('400 token_not_found')
    })

    it(`since it is ${how}, is oidc_token_parse_error as an ID token`, async () => {
      const { challenge, token } = await new BackupClient(service().http).challenge('verify-factor')
      const oidcToken = { kind: 'ACME', token: unreadable }
      const authorization = { ...authorizationBy(new P256Keypair(), challenge), kind: 'OIDC_ACCOUNT', oidcToken }
      const { outcome } = await service().http.post('/v1/verify-factor', { authorization, challengeToken: token })
      expect(outcome).to.equal('400 oidc_token_parse_error')
    })
  }
})
