import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { WebAuthnPasskeyVerifier } from '../../../adapters/webauthn/passkey-verifier.ts'
import { ceremonyFor, expectRefusal, freshChallenge, RELYING_PARTY } from '../../contract/passkey-verifier.fixture.ts'
import type { Cbor } from '../../support/cbor.ts'
import { COSE_ALGORITHM } from '../../support/cose-key.ts'
import { SoftwareAuthenticator, type Deviation } from '../../support/software-authenticator.ts'
import * as androidKey from './android-key-registration.ts'
import { flipLastBit } from './deviations.ts'

describe('passkey attestation', () => {
  const verifier = new WebAuthnPasskeyVerifier(RELYING_PARTY)

  const formats = ['android-key', 'android-safetynet', 'apple', 'compound', 'fido-u2f', 'tpm', '', 'NONE', 'homemade']
  for (const attestationFormat of formats) {
    it(`is refused unread in the format ${JSON.stringify(attestationFormat)}`, async () => {
      const challenge = freshChallenge()
      const registration = new SoftwareAuthenticator().create(ceremonyFor(challenge), { attestationFormat })
      const refusal = await verifier.verifyRegistration(registration, challenge).catch((error: unknown) => error)
      expect(refusal).to.have.property('code', 'webauthn_error')
      expect(refusal).to.have.nested.property('cause.message', 'The attestation statement format is not accepted')
    })
  }

  it('is refused when the format is none and there is a statement', async () => {
    const challenge = freshChallenge()
    const deviation = { attestationStatement: new Map([['alg', -7]]) }
    const registration = new SoftwareAuthenticator().create(ceremonyFor(challenge), deviation)
    await expectRefusal(() => verifier.verifyRegistration(registration, challenge), 'webauthn_error')
  })

  it('does not make the service fetch what a certificate names', async () => {
    const fetched: unknown[] = []
    const regular = globalThis.fetch
    globalThis.fetch = async (resource) => {
      fetched.push(resource)
      throw new TypeError('nothing is fetched here')
    }
    try {
      const { REGISTRATION, CHALLENGE } = androidKey
      await expectRefusal(() => verifier.verifyRegistration(REGISTRATION, CHALLENGE), 'webauthn_error')
    } finally {
      globalThis.fetch = regular
    }
    expect(fetched).to.deep.equal([])
  })

  for (const algorithm of ['ES256', 'RS256', 'EdDSA'] as const) {
    describe(`packed, by the passkey itself with ${algorithm}`, () => {
      const passkey = new SoftwareAuthenticator({ algorithm, attestation: 'packed' })
      const alg = COSE_ALGORITHM[algorithm]

      it('is accepted', async () => {
        const challenge = freshChallenge()
        const registration = passkey.create(ceremonyFor(challenge))
        expect(await verifier.verifyRegistration(registration, challenge)).to.include({ credentialId: registration.id })
      })

      const refused: readonly [title: string, deviation: Deviation][] = [
        ['with one bit of the signature flipped', { signature: flipLastBit }],
        ['without a signature', { attestationStatement: statement({ alg }) }],
        ['without an algorithm', { attestationStatement: statement({ sig: randomBytes(64) }) }],
        ['with an unknown algorithm', { attestationStatement: statement({ alg: 1, sig: randomBytes(64) }) }],
      ]
      for (const [title, deviation] of refused) {
        it(`is refused ${title}`, async () => {
          const challenge = freshChallenge()
          const registration = passkey.create(ceremonyFor(challenge), deviation)
          await expectRefusal(() => verifier.verifyRegistration(registration, challenge), 'webauthn_error')
        })
      }

      const certified: readonly [title: string, x5c: Cbor][] = [
        ['no certificate in its chain', []],
        ['a certificate', [randomBytes(64)]],
        ['an empty text for a chain', ''],
        ['false for a chain', false],
      ]
      for (const [title, x5c] of certified) {
        it(`is refused unread with ${title}`, async () => {
          const challenge = freshChallenge()
          const attestationStatement = statement({ alg, sig: randomBytes(64), x5c })
          const registration = passkey.create(ceremonyFor(challenge), { attestationStatement })
          const refusal = await verifier.verifyRegistration(registration, challenge).catch((error: unknown) => error)
          expect(refusal).to.have.property('code', 'webauthn_error')
          expect(refusal).to.have.nested.property('cause.message', 'Attestation certificates are not accepted')
        })
      }

      it('does not pass for an assertion', async () => {
        const challenge = freshChallenge()
        let signature: Uint8Array = Buffer.alloc(0)
        let authenticatorData: Uint8Array = Buffer.alloc(0)
        const { response, ...rest } = passkey.create(ceremonyFor(challenge), {
          authenticatorData: (regular) => (authenticatorData = regular),
          signature: (regular) => (signature = regular),
        })
        const verified = await verifier.verifyRegistration({ ...rest, response }, challenge)
        const stored = { kind: 'PASSKEY', label: null, registration: {}, ...verified } as const
        const assertion = {
          ...rest,
          response: {
            clientDataJSON: response.clientDataJSON,
            authenticatorData: Buffer.from(authenticatorData).toString('base64url'),
            signature: Buffer.from(signature).toString('base64url'),
          },
        }
        const expected = { kind: 'challenge', challenge } as const
        await expectRefusal(() => verifier.verifyAssertion(assertion, expected, stored), 'webauthn_error')
      })
    })
  }
})

function statement(members: Readonly<Record<string, Cbor>>): Map<string, Cbor> {
  return new Map(Object.entries(members))
}
