import { expect } from 'chai'
import { KNOWN_OIDC_PROVIDERS } from '../../../adapters/oidc/oidc-provider.ts'

describe('known OpenID Providers', () => {
  // https://accounts.google.com/.well-known/openid-configuration, https://appleid.apple.com/.well-known/openid-configuration
  const published: readonly (readonly [kind: string, issuer: string, jwksUrl: string])[] = [
    ['GOOGLE', 'https://accounts.google.com', 'https://www.googleapis.com/oauth2/v3/certs'],
    ['APPLE', 'https://appleid.apple.com', 'https://appleid.apple.com/auth/keys'],
  ]
  for (const [kind, issuer, jwksUrl] of published) {
    it(`include ${kind} as its configuration document describes it`, () => {
      const provider = KNOWN_OIDC_PROVIDERS.get(kind)
      expect(provider?.issuers[0]).to.equal(issuer)
      expect(provider?.jwksUrl.href).to.equal(jwksUrl)
    })
  }

  it('go by their full names alone, but for GOOGLE', () => {
    expect(KNOWN_OIDC_PROVIDERS.get('GOOGLE')?.issuers).to.deep.equal([
      'https://accounts.google.com',
      'accounts.google.com',
    ])
    expect(KNOWN_OIDC_PROVIDERS.get('APPLE')?.issuers).to.have.lengthOf(1)
  })

  it('let requests pick the client id for APPLE alone', () => {
    expect(KNOWN_OIDC_PROVIDERS.get('APPLE')?.acceptedAudience).to.equal('picked')
    expect(KNOWN_OIDC_PROVIDERS.get('GOOGLE')?.acceptedAudience).to.equal('any')
  })
})
