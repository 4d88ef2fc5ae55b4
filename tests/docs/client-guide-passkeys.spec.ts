import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { WebAuthnPasskeyVerifier } from '../../adapters/webauthn/passkey-verifier.ts'
import { challengeInBase64 } from '../../application/challenge.ts'
import type { PasskeyCredential } from '../../domain/credential.ts'
import type { JsonObject } from '../../domain/json.ts'
import { parseTurnkeyActivity, requireActivityFor } from '../../domain/turnkey-activity.ts'
import { guide, guideChallenge, utf8 } from './support/guide.ts'

interface Credential extends JsonObject {
  readonly id: string
  readonly response: Readonly<Record<string, string>>
}

const passkeys = new WebAuthnPasskeyVerifier({
  relyingPartyId: 'backup.example',
  relyingPartyName: 'Backup Service',
  origins: ['https://backup.example'],
})

describe('client guide: passkeys', () => {
  it('shows a registration that is accepted, and the client data in it', async () => {
    const { credentialId } = await registeredPasskey()
    const { id, response } = guide.get<Credential>('registration')
    expect(credentialId).to.equal(id)
    expect(utf8(response.clientDataJSON)).to.equal(guide.get('registration-client-data'))
  })

  it('shows an assertion that is accepted, and what it consists of', async () => {
    const assertion = guide.get<Credential>('assertion')
    const stored = await registeredPasskey()
    const expected = { kind: 'challenge', challenge: guideChallenge() } as const
    expect(await passkeys.verifyAssertion(assertion, expected, stored)).to.equal(0)

    const { clientDataJSON = '', authenticatorData = '', signature = '' } = assertion.response
    expect(utf8(clientDataJSON)).to.equal(guide.get('assertion-client-data'))
    const parts = guide.get<Record<string, string>>('assertion-parts')
    const clientDataHash = createHash('sha256').update(Buffer.from(clientDataJSON, 'base64url')).digest('hex')
    expect(parts).to.deep.equal({
      authenticatorData: toHex(authenticatorData),
      clientDataHash,
      signedBytes: toHex(authenticatorData) + clientDataHash,
      signature: toHex(signature),
    })
  })

  it('shows a Turnkey activity that is accepted with its stamp', async () => {
    const activity = guide.get<string>('turnkey-activity')
    const {
      existingFactorChallenge = '',
      digest = '',
      webauthnChallenge,
    } = guide.get<Record<string, string>>('turnkey')
    const { timestampMs } = JSON.parse(activity) as { timestampMs: string }
    const parsed = parseTurnkeyActivity(activity)
    requireActivityFor(parsed, existingFactorChallenge, Number(timestampMs) + 60_000)
    expect(parsed).to.deep.include({ organizationId: 'example-organization' })
    expect(existingFactorChallenge).to.equal(challengeInBase64(guideChallenge()))
    expect(createHash('sha256').update(activity).digest('hex')).to.equal(digest)
    expect(Buffer.from(digest).toString('base64url')).to.equal(webauthnChallenge)

    const assertion = guide.get<Credential>('turnkey-assertion')
    expect(utf8(assertion.response.clientDataJSON)).to.equal(guide.get('turnkey-client-data'))
    const expected = { kind: 'text-digest', text: activity } as const
    expect(await passkeys.verifyAssertion(assertion, expected, await registeredPasskey())).to.equal(0)
  })
})

async function registeredPasskey(): Promise<PasskeyCredential> {
  const registration = guide.get<Credential>('registration')
  const verified = await passkeys.verifyRegistration(registration, guideChallenge())
  return { kind: 'PASSKEY', label: null, registration, ...verified }
}

function toHex(base64url: string): string {
  return Buffer.from(base64url, 'base64url').toString('hex')
}
