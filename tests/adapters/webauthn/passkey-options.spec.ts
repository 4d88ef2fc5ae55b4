import { expect } from 'chai'
import { WebAuthnPasskeyVerifier } from '../../../adapters/webauthn/passkey-verifier.ts'
import { freshChallenge, RELYING_PARTY } from '../../contract/passkey-verifier.fixture.ts'

describe('passkey options', () => {
  const verifier = new WebAuthnPasskeyVerifier(RELYING_PARTY)

  for (const platform of ['IOS', 'ANDROID'] as const) {
    const user = { name: 'ada@example.org', displayName: '', platform }

    it(`are for the credential manager of ${platform}, not for security keys`, async () => {
      const { publicKey } = await verifier.creationOptions(user, freshChallenge())
      expect(publicKey.authenticatorSelection).to.deep.equal({
        authenticatorAttachment: 'platform',
        residentKey: 'required',
        requireResidentKey: true,
        userVerification: 'required',
      })
      expect(publicKey.hints).to.deep.equal([])
    })

    it(`are plain JSON on ${platform}`, async () => {
      const options = [
        await verifier.creationOptions(user, freshChallenge()),
        await verifier.requestOptions(freshChallenge()),
      ]
      expect(JSON.parse(JSON.stringify(options))).to.deep.equal(options)
    })
  }
})
