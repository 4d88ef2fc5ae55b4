import { expect } from 'chai'
import fc from 'fast-check'
import { isDeepStrictEqual } from 'node:util'
import { credentialReference, type CredentialIdentity } from '../../domain/credential.ts'
import { ecKeypair, oidcAccount, passkey } from './support/factors.ts'

function passkeyOf(credentialId: string): CredentialIdentity {
  return { kind: 'PASSKEY', credentialId }
}

function accountOf(provider: string, subject: string): CredentialIdentity {
  return { kind: 'OIDC_ACCOUNT', provider, subject }
}

describe('credentialReference', () => {
  const { publicKey } = ecKeypair(1)

  const spellings: readonly (readonly [CredentialIdentity, string])[] = [
    [passkeyOf('AQID'), 'PASSKEY#AQID'],
    [accountOf('GOOGLE', '1234'), 'OIDC_ACCOUNT#GOOGLE#1234'],
    [ecKeypair(1), `EC_KEYPAIR#${publicKey}`],
  ]
  for (const [identity, reference] of spellings) {
    it(`spells ${identity.kind} as ${reference.slice(0, 30)}: stored rows are found by it`, () => {
      expect(credentialReference(identity)).to.equal(reference)
    })
  }

  const same: readonly (readonly [string, CredentialIdentity, CredentialIdentity])[] = [
    ['passkey when its label changes', passkey(1), passkey(1, { label: null })],
    ['passkey when its registration changes', passkey(1), passkey(1, { registration: {} })],
    ['passkey when its counter changes', passkey(1), passkey(1, { signatureCounter: 7 })],
    ['passkey when its COSE key changes', passkey(1), passkey(1, { publicKey: 'AAAA' })],
    ['account when its address changes', oidcAccount(1), oidcAccount(1, { maskedEmail: '' })],
    ['account when its Turnkey provider changes', oidcAccount(1), oidcAccount(1, { turnkeyProviderId: 'other' })],
    ['keypair', ecKeypair(1), ecKeypair(1)],
  ]
  for (const [label, left, right] of same) {
    it(`stays the same for a ${label}`, () => {
      expect(credentialReference(left)).to.equal(credentialReference(right))
    })
  }

  const different: readonly (readonly [string, CredentialIdentity, CredentialIdentity])[] = [
    ['passkeys by credential id', passkeyOf('AQID'), passkeyOf('AQIE')],
    ['passkeys by the case of the credential id', passkeyOf('AQID'), passkeyOf('aqid')],
    ['accounts by subject', accountOf('GOOGLE', '1'), accountOf('GOOGLE', '2')],
    ['accounts by the case of the subject', accountOf('GOOGLE', 'a'), accountOf('GOOGLE', 'A')],
    ['accounts of equal subject by provider', accountOf('GOOGLE', '1'), accountOf('APPLE', '1')],
    ['accounts where one provider begins like the other', accountOf('GOOGLE', 'X1'), accountOf('GOOGLEX', '1')],
    ['accounts where one subject begins with #', accountOf('GOOGLE', '1'), accountOf('GOOGLE', '#1')],
    ['accounts where one subject ends with #', accountOf('GOOGLE', '1'), accountOf('GOOGLE', '1#')],
    ['accounts where one subject names a provider', accountOf('GOOGLE', '1'), accountOf('APPLE', 'GOOGLE#1')],
    ['accounts where one subject is empty', accountOf('GOOGLE', ''), accountOf('GOOGLE', '#')],
    ['keypairs by public key', ecKeypair(1), ecKeypair(2)],
    ['passkey and account of equal text', passkeyOf('GOOGLE#1'), accountOf('GOOGLE', '1')],
    ['passkey and keypair of equal text', passkeyOf(publicKey), ecKeypair(1)],
    ['account and keypair of equal text', accountOf('GOOGLE', publicKey), ecKeypair(1)],
    ['passkey whose id names another kind', passkeyOf(`EC_KEYPAIR#${publicKey}`), ecKeypair(1)],
    ['account whose subject names another kind', accountOf('GOOGLE', 'PASSKEY#AQID'), passkeyOf('AQID')],
  ]
  for (const [label, left, right] of different) {
    it(`tells apart ${label}`, () => {
      expect(credentialReference(left)).not.to.equal(credentialReference(right))
    })
  }

  it('is equal exactly when the identity is', () => {
    // Providers are configured names in capitals; ids and subjects come from outside and may hold any character.
    const outside = fc.string({ unit: fc.constantFrom('#', 'A', 'B'), maxLength: 3 })
    const identity = fc.oneof(
      outside.map(passkeyOf),
      fc
        .tuple(fc.constantFrom('A', 'B', 'AA', 'A_B'), outside)
        .map(([provider, subject]) => accountOf(provider, subject)),
      fc.nat({ max: 3 }).map(ecKeypair),
    )
    fc.assert(
      fc.property(identity, identity, (left, right) => {
        expect(credentialReference(left) === credentialReference(right)).to.equal(isDeepStrictEqual(left, right))
      }),
      { numRuns: 1000 },
    )
  })
})
