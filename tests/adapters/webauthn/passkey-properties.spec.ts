import fc from 'fast-check'
import { WebAuthnPasskeyVerifier } from '../../../adapters/webauthn/passkey-verifier.ts'
import type { PasskeyCredential } from '../../../domain/credential.ts'
import type { JsonValue } from '../../../domain/json.ts'
import {
  ceremonyFor,
  expectRefusal,
  freshChallenge,
  register,
  RELYING_PARTY,
} from '../../contract/passkey-verifier.fixture.ts'
import { SoftwareAuthenticator } from '../../support/software-authenticator.ts'

const ANY_REFUSAL = /^webauthn_/

const json = fc.json().map((text) => JSON.parse(text) as JsonValue)
const base64url = fc
  .uint8Array({ minLength: 1, maxLength: 300 })
  .map((bytes) => Buffer.from(bytes).toString('base64url'))

describe('a passkey from nowhere', () => {
  const verifier = new WebAuthnPasskeyVerifier(RELYING_PARTY)
  const passkey = new SoftwareAuthenticator()
  const challenge = freshChallenge()
  const expected = { kind: 'challenge', challenge } as const
  const registration = passkey.create(ceremonyFor(challenge))
  const assertion = passkey.get(ceremonyFor(challenge))
  let stored: PasskeyCredential
  before(async () => {
    stored = await register(verifier, passkey)
  })

  it('is refused, whatever the object', async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), json), async (credential) => {
        await expectRefusal(() => verifier.claimedCredentialId(credential), ANY_REFUSAL)
        await expectRefusal(() => verifier.verifyRegistration(credential, challenge), ANY_REFUSAL)
        await expectRefusal(() => verifier.verifyAssertion(credential, expected, stored), ANY_REFUSAL)
      }),
    )
  })

  it('is refused, whatever takes the place of a member', async () => {
    const member = fc.constantFrom('id', 'rawId', 'type', 'response')
    await fc.assert(
      fc.asyncProperty(member, json.filter(isPresent), async (name, value) => {
        const change = { [name]: value }
        await expectRefusal(() => verifier.verifyRegistration({ ...registration, ...change }, challenge), ANY_REFUSAL)
        await expectRefusal(() => verifier.verifyAssertion({ ...assertion, ...change }, expected, stored), ANY_REFUSAL)
      }),
    )
  })

  for (const name of ['clientDataJSON', 'attestationObject']) {
    it(`is refused as a registration, whatever the ${name}`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.oneof(json, base64url), async (value) => {
          const changed = { ...registration, response: { ...registration.response, [name]: value } }
          await expectRefusal(() => verifier.verifyRegistration(changed, challenge), ANY_REFUSAL)
        }),
      )
    })
  }

  for (const name of ['clientDataJSON', 'authenticatorData', 'signature']) {
    it(`is refused as an assertion, whatever the ${name}`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.oneof(json, base64url), async (value) => {
          const changed = { ...assertion, response: { ...assertion.response, [name]: value } }
          await expectRefusal(() => verifier.verifyAssertion(changed, expected, stored), ANY_REFUSAL)
        }),
      )
    })
  }

  it('is refused, whatever JSON stands in the client data', async () => {
    await fc.assert(
      fc.asyncProperty(json, async (value) => {
        const deviation = { clientDataJSON: () => JSON.stringify(value) }
        const changed = passkey.get(ceremonyFor(challenge), deviation)
        await expectRefusal(() => verifier.verifyAssertion(changed, expected, stored), 'webauthn_error')
        await expectRefusal(
          () => verifier.verifyRegistration(passkey.create(ceremonyFor(challenge), deviation), challenge),
          'webauthn_error',
        )
      }),
    )
  })

  it('is registered or refused, whichever byte of the attestation object is another', async () => {
    const bytes = Buffer.from(registration.response.attestationObject, 'base64url')
    const index = fc.nat(bytes.length - 1)
    await fc.assert(
      fc.asyncProperty(index, fc.integer({ min: 0, max: 255 }), async (at, byte) => {
        const attestationObject = Buffer.from(bytes.with(at, byte)).toString('base64url')
        const changed = { ...registration, response: { ...registration.response, attestationObject } }
        const attempt = verifier.verifyRegistration(changed, challenge)
        // Nothing signs the authenticator's model or counter; the key, its id and the relying party have to be whole.
        await attempt.catch(async () => expectRefusal(() => attempt, 'webauthn_error'))
      }),
      { numRuns: 1000 },
    )
  })
})

function isPresent(value: unknown): boolean {
  return value !== null
}
