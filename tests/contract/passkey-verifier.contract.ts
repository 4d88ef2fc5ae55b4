import { createHash } from 'node:crypto'
import { expect } from 'chai'
import type { PasskeyVerifier } from '../../application/ports/passkey-verifier.ts'
import { refusalOf } from '../support/refusal.ts'
import { SoftwareAuthenticator } from '../support/software-authenticator.ts'
import { ceremonyFor, expectRefusal, freshChallenge, register, RELYING_PARTY } from './passkey-verifier.fixture.ts'

const ALGORITHMS = ['ES256', 'RS256', 'EdDSA'] as const
const BACKUP_STATES = ['single-device', 'eligible', 'backed-up'] as const

/** @param open gives a verifier for `RELYING_PARTY` */
export function describePasskeyVerifier(adapter: string, open: () => PasskeyVerifier): void {
  describe(`PasskeyVerifier contract: ${adapter}`, () => {
    const verifier = open()

    describe('creationOptions', () => {
      const user = { name: 'ada@example.org', displayName: 'Ada' }

      it('asks for a discoverable passkey with user verification and without attestation', async () => {
        const challenge = freshChallenge()
        const { publicKey, mediation } = await verifier.creationOptions(user, challenge)
        expect(mediation).to.equal(undefined)
        expect(publicKey).to.deep.include({
          challenge,
          rp: { id: 'example.org', name: 'Example Backup' },
          timeout: 300_000,
          attestation: 'none',
          excludeCredentials: [],
        })
        expect(publicKey.authenticatorSelection).to.deep.include({
          residentKey: 'required',
          requireResidentKey: true,
          userVerification: 'required',
        })
        expect(publicKey.pubKeyCredParams).to.deep.equal([
          { type: 'public-key', alg: -7 },
          { type: 'public-key', alg: -257 },
          { type: 'public-key', alg: -8 },
        ])
      })

      it('lets authenticators prepare for PRF and evaluates nothing', async () => {
        const { publicKey } = await verifier.creationOptions(user, freshChallenge())
        expect(publicKey.extensions).to.deep.equal({ prf: {} })
      })

      it('gives each registration a user handle of its own', async () => {
        const options = await Promise.all([1, 2].map(async () => verifier.creationOptions(user, freshChallenge())))
        const handles = options.map(({ publicKey }) => {
          expect(publicKey.user).to.deep.include({ name: 'ada@example.org', displayName: 'Ada' })
          expect(publicKey.user)
            .to.have.property('id')
            .that.matches(/^[A-Za-z0-9_-]{22,86}$/)
          return publicKey.user
        })
        expect(handles[0]).to.not.deep.equal(handles[1])
      })
    })

    describe('requestOptions', () => {
      it('asks for any passkey of the relying party, with user verification', async () => {
        const challenge = freshChallenge()
        expect(await verifier.requestOptions(challenge)).to.deep.equal({
          publicKey: {
            challenge,
            timeout: 300_000,
            rpId: 'example.org',
            allowCredentials: [],
            userVerification: 'required',
          },
          mediation: 'conditional',
        })
      })
    })

    for (const algorithm of ALGORITHMS) {
      describe(`a passkey with ${algorithm}`, () => {
        let passkey: SoftwareAuthenticator
        before(() => {
          passkey = new SoftwareAuthenticator({ algorithm })
        })

        it('is registered under its own id', async () => {
          const { credentialId } = await register(verifier, passkey)
          expect(credentialId).to.equal(passkey.credentialId.toString('base64url'))
        })

        it('is recognised by what was kept of its registration', async () => {
          const stored = await register(verifier, passkey)
          const challenge = freshChallenge()
          const assertion = passkey.get(ceremonyFor(challenge))
          expect(verifier.claimedCredentialId(assertion)).to.equal(stored.credentialId)
          expect(await verifier.verifyAssertion(assertion, { kind: 'challenge', challenge }, stored)).to.equal(0)
        })

        const stamps = algorithm === 'ES256'
        it(`${stamps ? 'answers' : 'does not answer'} for the digest of a text`, async () => {
          const stored = await register(verifier, passkey)
          const text = '{"organizationId":"café"}'
          const assertion = passkey.get(ceremonyFor(challengeForText(text)))
          const code = await refusalOf(verifier.verifyAssertion(assertion, { kind: 'text-digest', text }, stored))
          expect(code).to.equal(stamps ? undefined : 'webauthn_error')
        })
      })
    }

    for (const origin of RELYING_PARTY.origins) {
      it(`accepts the origin ${origin}`, async () => {
        const passkey = new SoftwareAuthenticator()
        const [first, second] = [freshChallenge(), freshChallenge()]
        const registration = passkey.create(ceremonyFor(first, { origin }))
        const verified = await verifier.verifyRegistration(registration, first)
        const stored = { kind: 'PASSKEY', label: null, registration, ...verified } as const
        const assertion = passkey.get(ceremonyFor(second, { origin }))
        await verifier.verifyAssertion(assertion, { kind: 'challenge', challenge: second }, stored)
      })
    }

    for (const registered of BACKUP_STATES) {
      for (const later of BACKUP_STATES) {
        it(`accepts a passkey that was ${registered} and is now ${later}`, async () => {
          const passkey = new SoftwareAuthenticator({ backup: registered })
          const stored = await register(verifier, passkey)
          passkey.backup = later
          const challenge = freshChallenge()
          const assertion = passkey.get(ceremonyFor(challenge))
          await verifier.verifyAssertion(assertion, { kind: 'challenge', challenge }, stored)
        })
      }
    }

    describe('the signature counter', () => {
      it('is told at registration', async () => {
        const stored = await register(verifier, new SoftwareAuthenticator(), { counter: 7 })
        expect(stored.signatureCounter).to.equal(7)
      })

      it('is told as an authenticator counts on', async () => {
        const passkey = new SoftwareAuthenticator({ counts: true })
        const stored = await register(verifier, passkey)
        expect(stored.signatureCounter).to.equal(1)
        for (const counter of [2, 3]) {
          const challenge = freshChallenge()
          const assertion = passkey.get(ceremonyFor(challenge))
          expect(await verifier.verifyAssertion(assertion, { kind: 'challenge', challenge }, stored)).to.equal(counter)
        }
      })

      for (const counter of [0, 6, 7, 8, 2 ** 32 - 1]) {
        it(`is told as ${counter} after 7, for the backup to judge`, async () => {
          const passkey = new SoftwareAuthenticator()
          const stored = await register(verifier, passkey, { counter: 7 })
          const challenge = freshChallenge()
          const assertion = passkey.get(ceremonyFor(challenge), { counter })
          expect(await verifier.verifyAssertion(assertion, { kind: 'challenge', challenge }, stored)).to.equal(counter)
        })
      }
    })

    describe('refuses', () => {
      it('a registration for another challenge', async () => {
        const registration = new SoftwareAuthenticator().create(ceremonyFor(freshChallenge()))
        await expectRefusal(() => verifier.verifyRegistration(registration, freshChallenge()), 'webauthn_error')
      })

      it('an assertion for another challenge', async () => {
        const passkey = new SoftwareAuthenticator()
        const stored = await register(verifier, passkey)
        const assertion = passkey.get(ceremonyFor(freshChallenge()))
        const expected = { kind: 'challenge', challenge: freshChallenge() } as const
        await expectRefusal(() => verifier.verifyAssertion(assertion, expected, stored), 'webauthn_error')
      })

      it('an assertion for the digest of another text', async () => {
        const passkey = new SoftwareAuthenticator()
        const stored = await register(verifier, passkey)
        const assertion = passkey.get(ceremonyFor(challengeForText('{}')))
        const expected = { kind: 'text-digest', text: '{} ' } as const
        await expectRefusal(() => verifier.verifyAssertion(assertion, expected, stored), 'webauthn_error')
      })

      it('an assertion by another passkey', async () => {
        const stored = await register(verifier, new SoftwareAuthenticator())
        const challenge = freshChallenge()
        const assertion = { ...new SoftwareAuthenticator().get(ceremonyFor(challenge)), ...idOf(stored.credentialId) }
        const expected = { kind: 'challenge', challenge } as const
        await expectRefusal(() => verifier.verifyAssertion(assertion, expected, stored), 'webauthn_error')
      })

      it('a credential that is none', async () => {
        await expectRefusal(() => verifier.claimedCredentialId({}), 'webauthn_invalid_payload')
        await expectRefusal(() => verifier.verifyRegistration({}, freshChallenge()), 'webauthn_invalid_payload')
      })

      it('a credential that gives PRF results away', async () => {
        const prf = { clientExtensionResults: { prf: { results: { first: 'AAAA' } } } }
        const challenge = freshChallenge()
        const passkey = new SoftwareAuthenticator()
        const registration = { ...passkey.create(ceremonyFor(challenge)), ...prf }
        const assertion = { ...passkey.get(ceremonyFor(challenge)), ...prf }
        const code = 'webauthn_prf_results_not_allowed'
        await expectRefusal(() => verifier.verifyRegistration(registration, challenge), code)
        await expectRefusal(() => verifier.claimedCredentialId(assertion), code)
      })
    })
  })
}

function idOf(id: string): { id: string; rawId: string } {
  return { id, rawId: id }
}

/** The challenge that Turnkey has a passkey sign for a request body: the digest's hex digits, as bytes. */
function challengeForText(text: string): string {
  return Buffer.from(createHash('sha256').update(text).digest('hex')).toString('base64url')
}
