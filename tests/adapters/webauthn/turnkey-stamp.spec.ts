import { createRequire } from 'node:module'
import { expect } from 'chai'
import { WebAuthnPasskeyVerifier } from '../../../adapters/webauthn/passkey-verifier.ts'
import type { PasskeyCredential } from '../../../domain/credential.ts'
import type { JsonObject } from '../../../domain/json.ts'
import {
  ceremonyFor,
  expectRefusal,
  freshChallenge,
  register,
  RELYING_PARTY,
} from '../../contract/passkey-verifier.fixture.ts'
import { SoftwareAuthenticator } from '../../support/software-authenticator.ts'

/** What is used of Turnkey's packages. Importing their types would bring those of a browser into every file. */
interface Turnkey {
  readonly WebauthnStamper: new (config: { rpId: string; userVerification: 'required' }) => object
  readonly TurnkeyClient: new (
    config: { baseUrl: string },
    stamper: object,
  ) => {
    stampCreateApiKeys(activity: JsonObject): Promise<{ body: string; stamp: { stampHeaderValue: string } }>
  }
}

interface Stamp {
  readonly authenticatorData: string
  readonly clientDataJson: string
  readonly credentialId: string
  readonly signature: string
}

const load: (name: string) => Turnkey = createRequire(import.meta.url)
const { WebauthnStamper } = load('@turnkey/webauthn-stamper')
const { TurnkeyClient } = load('@turnkey/http')

const ACTIVITY = {
  type: 'ACTIVITY_TYPE_CREATE_API_KEYS_V2',
  timestampMs: '1700000000000',
  organizationId: '6b2f1a2e-1c1c-4a8f-9d0e-3f6f8a1b2c3d',
  parameters: { userId: 'ada', apiKeys: [{ apiKeyName: 'Schlüssel ✓', publicKey: '02ab' }] },
}

describe("a stamp by Turnkey's own client", () => {
  const verifier = new WebAuthnPasskeyVerifier(RELYING_PARTY)
  const passkey = new SoftwareAuthenticator()
  const stamper = new WebauthnStamper({ rpId: RELYING_PARTY.relyingPartyId, userVerification: 'required' })
  const turnkey = new TurnkeyClient({ baseUrl: 'http://127.0.0.1:9' }, stamper)
  let stored: PasskeyCredential

  before(async () => {
    Object.defineProperty(navigator, 'credentials', { value: browserWith(passkey), configurable: true })
    stored = await register(verifier, passkey)
  })
  after(() => {
    Reflect.deleteProperty(navigator, 'credentials')
  })

  async function stamp(): Promise<{ text: string; assertion: JsonObject }> {
    const { body, stamp } = await turnkey.stampCreateApiKeys({ ...ACTIVITY, metadata: { challenge: freshChallenge() } })
    return { text: body, assertion: toAssertion(stamp.stampHeaderValue) }
  }

  it('is an assertion for the digest of the activity it stamps', async () => {
    const { text, assertion } = await stamp()
    expect(verifier.claimedCredentialId(assertion)).to.equal(stored.credentialId)
    expect(await verifier.verifyAssertion(assertion, { kind: 'text-digest', text }, stored)).to.equal(0)
  })

  it('is refused for the same activity in another spelling', async () => {
    const { text, assertion } = await stamp()
    const expected = { kind: 'text-digest', text: JSON.stringify(JSON.parse(text), null, 1) } as const
    await expectRefusal(() => verifier.verifyAssertion(assertion, expected, stored), 'webauthn_error')
  })

  it('is refused where the activity itself is the challenge', async () => {
    const { assertion } = await stamp()
    const expected = { kind: 'challenge', challenge: freshChallenge() } as const
    await expectRefusal(() => verifier.verifyAssertion(assertion, expected, stored), 'webauthn_error')
  })
})

/** `CredentialsContainer` (Credential Management Level 1 §2.3), as far as the stamper uses it. */
function browserWith(passkey: SoftwareAuthenticator): object {
  return {
    get: async ({ publicKey }: { publicKey: { challenge: Uint8Array; rpId: string } }) => {
      const challenge = Buffer.from(publicKey.challenge).toString('base64url')
      const { rawId, response, ...credential } = passkey.get(ceremonyFor(challenge, { rpId: publicKey.rpId }))
      return {
        ...credential,
        rawId: toArrayBuffer(rawId),
        response: Object.fromEntries(Object.entries(response).map(([name, text]) => [name, toArrayBuffer(text)])),
        getClientExtensionResults: () => ({}),
      }
    },
  }
}

function toAssertion(stamp: string): JsonObject {
  const { credentialId, clientDataJson, authenticatorData, signature } = JSON.parse(stamp) as Stamp
  return { id: credentialId, response: { clientDataJSON: clientDataJson, authenticatorData, signature } }
}

function toArrayBuffer(base64url: string): ArrayBuffer {
  return Uint8Array.from(Buffer.from(base64url, 'base64url')).buffer
}
