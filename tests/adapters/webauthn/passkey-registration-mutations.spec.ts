import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { WebAuthnPasskeyVerifier } from '../../../adapters/webauthn/passkey-verifier.ts'
import { ceremonyFor, expectRefusal, freshChallenge, RELYING_PARTY } from '../../contract/passkey-verifier.fixture.ts'
import { SoftwareAuthenticator } from '../../support/software-authenticator.ts'
import { ACCEPTED_IN_EITHER_CEREMONY, append, REFUSED_IN_EITHER_CEREMONY, type Mutation } from './deviations.ts'

const REFUSED: readonly Mutation[] = [
  { title: 'the type of an assertion', deviation: { clientData: { type: 'webauthn.get' } } },
  { title: 'no credential flagged', deviation: { flip: ['AT'] } },
  {
    title: 'no credential at all',
    deviation: { flip: ['AT'], authenticatorData: (data) => data.subarray(0, 37) },
  },
  { title: 'nothing after the credential id', deviation: { authenticatorData: (data) => data.subarray(0, 87) } },
  { title: 'half a public key', deviation: { authenticatorData: (data) => data.subarray(0, 120) } },
  { title: 'another credential id inside', deviation: { attestedCredentialId: randomBytes(32) } },
  { title: 'an empty credential id inside', deviation: { attestedCredentialId: Buffer.alloc(0) } },
  { title: 'an attestation object that is no CBOR', deviation: { attestationObject: () => Buffer.from('{}') } },
  { title: 'an attestation object that is a number', deviation: { attestationObject: () => Uint8Array.of(7) } },
  { title: 'an empty attestation object', deviation: { attestationObject: () => Uint8Array.of(0xa0) } },
  { title: 'half an attestation object', deviation: { attestationObject: (object) => object.subarray(0, 90) } },
  { title: 'an attestation object that repeats a member', deviation: { attestationObject: repeatFormat } },
  {
    title: 'an attestation object that nests without end',
    deviation: { attestationObject: () => Buffer.alloc(10_000, 0x81) },
  },
]

const verifier = new WebAuthnPasskeyVerifier(RELYING_PARTY)

for (const algorithm of ['ES256', 'RS256', 'EdDSA'] as const) {
  describe(`a passkey registration with ${algorithm}`, () => {
    const passkey = new SoftwareAuthenticator({ algorithm })

    for (const { title, ceremony, deviation } of ACCEPTED_IN_EITHER_CEREMONY) {
      it(`is accepted with ${title}`, async () => {
        const challenge = freshChallenge()
        const registration = passkey.create(ceremonyFor(challenge, ceremony), deviation)
        expect(await verifier.verifyRegistration(registration, challenge)).to.include({ credentialId: registration.id })
      })
    }

    for (const { title, ceremony, deviation } of [...REFUSED_IN_EITHER_CEREMONY, ...REFUSED]) {
      it(`is refused with ${title}`, async () => {
        const challenge = freshChallenge()
        const registration = passkey.create(ceremonyFor(challenge, ceremony), deviation)
        await expectRefusal(() => verifier.verifyRegistration(registration, challenge), 'webauthn_error')
      })
    }

    it('is refused when it is an assertion', async () => {
      const challenge = freshChallenge()
      const assertion = passkey.get(ceremonyFor(challenge))
      await expectRefusal(() => verifier.verifyRegistration(assertion, challenge), 'webauthn_invalid_payload')
    })

    it('is refused when it is an assertion in the form of a registration', async () => {
      const challenge = freshChallenge()
      const { response, ...assertion } = passkey.get(ceremonyFor(challenge))
      const { attestationObject } = passkey.create(ceremonyFor(challenge)).response
      const registration = { ...assertion, response: { ...response, attestationObject } }
      await expectRefusal(() => verifier.verifyRegistration(registration, challenge), 'webauthn_error')
    })
  })
}

/** `fmt: none` once more at the end of the map, which says to have one member more. */
function repeatFormat(object: Buffer): Uint8Array {
  return append(object.with(0, object.readUInt8(0) + 1), 0x63, ...Buffer.from('fmt'), 0x64, ...Buffer.from('none'))
}
