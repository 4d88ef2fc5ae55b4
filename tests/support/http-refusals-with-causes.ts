import { expect } from 'chai'
import { authorizationBy, BackupClient } from './http-backup-client.ts'
import { jsonRequest, type HttpClient } from './http-client.ts'
import { multipartRequest, uploadParts } from './http-multipart.ts'
import { P256Keypair } from './keypair.ts'
import type { LocalIssuer } from './local-issuer.ts'
import { SoftwareAuthenticator, type Deviation } from './software-authenticator.ts'

/** What tokens of the account hold that is nobody else's to read. */
export interface SecretiveAccount {
  readonly audience: string
  readonly email: string
  readonly subject: string
}

interface PasskeyChallengeJson {
  readonly challenge: { readonly publicKey: { readonly challenge: string } }
  readonly token: string
}

/**
 * Requests that are refused with a cause, which is logged: each holds a secret where a careless cause would quote it.
 * @param issuer of the provider `LOCAL`, and the attestation gateway
 */
export async function sendRefusalsWithCauses(
  http: HttpClient,
  issuer: LocalIssuer,
  account: SecretiveAccount,
): Promise<void> {
  const owner = new BackupClient(http)
  await refusedPasskeys(owner, account)
  await refusedTokens(owner, issuer, account)
  const parts = uploadParts(await owner.createPayload(), 'sealed bytes that break off')
  const { body, ...upload } = multipartRequest('/v1/create', parts)
  await http.send({ ...upload, body: (body as Buffer).subarray(0, -30) })
  await http.send(jsonRequest('/v1/reset', {}, { 'content-type': 'application/a-secret-type' }))
}

async function refusedPasskeys(owner: BackupClient, { email }: SecretiveAccount): Promise<void> {
  const { http } = owner
  const authenticator = new SoftwareAuthenticator()
  const quoted = Buffer.from('a secret, quoted in place of a challenge').toString('base64url')
  const deviations: readonly Deviation[] = [
    { clientData: { challenge: quoted } },
    { clientData: { type: 'a secret type' } },
    { clientData: { origin: 'https://a secret origin' } },
    { clientDataJSON: () => '{"a secret that is not JSON' },
    { clientDataJSON: () => email },
    { attestationObject: () => Buffer.from('a secret that is not CBOR') },
  ]
  for (const deviation of deviations) {
    const user = { name: email, displayName: 'Some Body With A Name', platform: 'IOS' }
    const created = await http.succeed<PasskeyChallengeJson>(jsonRequest('/v1/create/challenge/passkey', user))
    const made = {
      rpId: 'localhost',
      origin: 'http://localhost:8000',
      challenge: created.challenge.publicKey.challenge,
    }
    const authorization = { kind: 'PASSKEY', credential: authenticator.create(made, deviation) }
    const payload = { ...(await owner.createPayload()), authorization, challengeToken: created.token }
    const answer = await http.send(multipartRequest('/v1/create', uploadParts(payload, 'sealed by nobody')))
    expect(answer.outcome).to.equal('400 webauthn_error')
  }
}

async function refusedTokens(owner: BackupClient, issuer: LocalIssuer, account: SecretiveAccount): Promise<void> {
  const { audience, email, subject } = account
  const { http } = owner
  for (const claims of [{ sub: email.repeat(9) }, { iss: 'https://a-secret-issuer.example' }, { nonce: subject }]) {
    const session = new P256Keypair()
    const { challenge, token } = await owner.challenge('verify-factor')
    const idToken = issuer.idToken({
      sessionKey: session.publicKey,
      audience,
      claims: { email, sub: subject, ...claims },
    })
    const oidcToken = { kind: 'LOCAL', token: idToken }
    const authorization = { ...authorizationBy(session, challenge), kind: 'OIDC_ACCOUNT', oidcToken }
    const body = { authorization, challengeToken: token }
    await http.post('/v1/verify-factor', body, { 'attestation-token': 'a.secret.attestation' })
    const attested = { method: 'POST', path: '/v1/verify-factor', body }
    const attestation = issuer.attestationToken({ audience: subject, request: attested, claims: { device: email } })
    await http.post('/v1/verify-factor', body, { 'attestation-token': attestation })
  }
}
