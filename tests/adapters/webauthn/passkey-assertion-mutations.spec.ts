import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import fc from 'fast-check'
import { WebAuthnPasskeyVerifier } from '../../../adapters/webauthn/passkey-verifier.ts'
import type { PasskeyCredential } from '../../../domain/credential.ts'
import {
  ceremonyFor,
  expectRefusal,
  freshChallenge,
  register,
  RELYING_PARTY,
} from '../../contract/passkey-verifier.fixture.ts'
import { SoftwareAuthenticator } from '../../support/software-authenticator.ts'
import {
  ACCEPTED_IN_EITHER_CEREMONY,
  append,
  flipLastBit,
  REFUSED_IN_EITHER_CEREMONY,
  type Mutation,
} from './deviations.ts'

const REFUSED: readonly Mutation[] = [
  { title: 'the type of a registration', deviation: { clientData: { type: 'webauthn.create' } } },
  { title: 'the flag for a credential without a credential', deviation: { flip: ['AT'] } },
]

const verifier = new WebAuthnPasskeyVerifier(RELYING_PARTY)

for (const algorithm of ['ES256', 'RS256', 'EdDSA'] as const) {
  describe(`a passkey assertion with ${algorithm}`, () => {
    const passkey = new SoftwareAuthenticator({ algorithm })
    let stored: PasskeyCredential
    before(async () => {
      stored = await register(verifier, passkey)
    })

    for (const { title, ceremony, deviation } of ACCEPTED_IN_EITHER_CEREMONY) {
      it(`is accepted with ${title}`, async () => {
        const challenge = freshChallenge()
        const assertion = passkey.get(ceremonyFor(challenge, ceremony), deviation)
        expect(await verifier.verifyAssertion(assertion, { kind: 'challenge', challenge }, stored)).to.equal(0)
      })
    }

    const signatures: readonly Mutation[] = [
      { title: 'one bit of the signature flipped', deviation: { signature: flipLastBit } },
      { title: 'a signature one byte short', deviation: { signature: (signature) => signature.subarray(0, -1) } },
      { title: 'a byte after the signature', deviation: { signature: (signature) => append(signature, 0) } },
      { title: 'a random signature', deviation: { signature: (signature) => randomBytes(signature.length) } },
      { title: 'one byte as signature', deviation: { signature: () => Uint8Array.of(0) } },
    ]
    for (const { title, ceremony, deviation } of [...REFUSED_IN_EITHER_CEREMONY, ...REFUSED, ...signatures]) {
      it(`is refused with ${title}`, async () => {
        const challenge = freshChallenge()
        const assertion = passkey.get(ceremonyFor(challenge, ceremony), deviation)
        const expected = { kind: 'challenge', challenge } as const
        await expectRefusal(() => verifier.verifyAssertion(assertion, expected, stored), 'webauthn_error')
      })
    }

    for (const member of ['clientDataJSON', 'authenticatorData', 'signature'] as const) {
      it(`is refused with any bit of ${member} flipped`, async () => {
        const challenge = freshChallenge()
        const { response, ...rest } = passkey.get(ceremonyFor(challenge))
        const bytes = Buffer.from(response[member], 'base64url')
        const bit = fc.integer({ min: 0, max: bytes.length * 8 - 1 })
        await fc.assert(
          fc.asyncProperty(bit, async (index) => {
            const flipped = bytes.with(index >> 3, bytes.readUInt8(index >> 3) ^ (1 << (index & 7)))
            const assertion = {
              ...rest,
              response: { ...response, [member]: Buffer.from(flipped).toString('base64url') },
            }
            const expected = { kind: 'challenge', challenge } as const
            await expectRefusal(() => verifier.verifyAssertion(assertion, expected, stored), 'webauthn_error')
          }),
        )
      })
    }

    it('is refused by the key of another passkey', async () => {
      const { publicKey } = await register(verifier, new SoftwareAuthenticator({ algorithm }))
      const challenge = freshChallenge()
      const assertion = passkey.get(ceremonyFor(challenge))
      const expected = { kind: 'challenge', challenge } as const
      await expectRefusal(
        () => verifier.verifyAssertion(assertion, expected, { ...stored, publicKey }),
        'webauthn_error',
      )
    })

    it('is refused under the id of another passkey', async () => {
      const challenge = freshChallenge()
      const id = randomBytes(32).toString('base64url')
      const assertion = { ...passkey.get(ceremonyFor(challenge)), id, rawId: id }
      const expected = { kind: 'challenge', challenge } as const
      await expectRefusal(() => verifier.verifyAssertion(assertion, expected, stored), 'webauthn_error')
    })

    it('is refused when it is a registration', async () => {
      const challenge = freshChallenge()
      const registration = passkey.create(ceremonyFor(challenge))
      const expected = { kind: 'challenge', challenge } as const
      await expectRefusal(() => verifier.verifyAssertion(registration, expected, stored), 'webauthn_invalid_payload')
    })
  })
}
