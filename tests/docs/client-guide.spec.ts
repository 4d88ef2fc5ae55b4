import { createHash } from 'node:crypto'
import { p256 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { expect } from 'chai'
import { JwsRequestAttestor } from '../../adapters/attestation/jws-request-attestor.ts'
import { canonicalJson } from '../../adapters/attestation/canonical-json.ts'
import { NodeSignatureVerifier } from '../../adapters/crypto/node-signature-verifier.ts'
import { errorResponse } from '../../adapters/http/errors/error-response.ts'
import { JoseIdTokenVerifier } from '../../adapters/oidc/jose-id-token-verifier.ts'
import { KNOWN_OIDC_PROVIDERS } from '../../adapters/oidc/oidc-provider.ts'
import { sessionNonce } from '../../adapters/oidc/session-nonce.ts'
import { JwksSource } from '../../adapters/signed-tokens/jwks-source.ts'
import { accountPublicKey, parseBackupId } from '../../domain/backup-id.ts'
import { DomainError, type DomainErrorCode } from '../../domain/domain-error.ts'
import { parseEcPublicKey } from '../../domain/ec-public-key.ts'
import { parseEcdsaSignature } from '../../domain/ecdsa-signature.ts'
import type { JsonObject } from '../../domain/json.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { RecordingEventLog } from '../support/recording-event-log.ts'
import { fromBase64, guide, utf8 } from './support/guide.ts'

interface SignedByKeypair {
  readonly privateKey: string
  readonly publicKey: string
  readonly challenge: string
  readonly signature: string
}

interface Claims {
  readonly iss: string
  readonly aud: string
  readonly sub: string
  readonly email: string
  readonly jti: string
  readonly nonce: string
  readonly iat: number
}

/** Here, and in client-guide-passkeys.spec.ts. */
const CHECKED = [
  'challenge',
  'keypair',
  'account',
  'registration',
  'registration-client-data',
  'assertion',
  'assertion-client-data',
  'assertion-parts',
  'nonce',
  'oidc',
  'oidc-claims',
  'oidc-key',
  'turnkey',
  'turnkey-activity',
  'turnkey-assertion',
  'turnkey-client-data',
  'attestation',
  'attestation-claims',
  'attestation-key',
  'attested-body',
  'attested-canonical',
  'error',
]
const ANY_S = { format: 'der', lowS: false } as const
const signatures = new NodeSignatureVerifier()

describe('client guide: signatures, ID tokens, attestations', () => {
  for (const name of ['keypair', 'oidc']) {
    it(`shows for ${name} a P-256 key and a signature over the decoded challenge that verify`, async () => {
      const { privateKey, publicKey, challenge, signature } = guide.get<SignedByKeypair>(name)
      const bytes = Buffer.from(challenge, 'base64')
      expect(challenge).to.equal(guide.get('challenge'))
      const key = parseEcPublicKey(publicKey)
      expect(await signatures.verifyP256(key, fromBase64(challenge), parseEcdsaSignature(signature))).to.be.true
      expect(Buffer.from(p256.getPublicKey(hex(privateKey), false)).toString('base64')).to.equal(publicKey)
      expect(Buffer.from(p256.sign(bytes, hex(privateKey), ANY_S)).toString('base64')).to.equal(signature)
    })
  }

  it('shows an account key, the id that it gives, and a signature that verifies', async () => {
    const account = guide.get<SignedByKeypair & { backupAccountId: string }>('account')
    const key = accountPublicKey(parseBackupId(account.backupAccountId))
    const signature = parseEcdsaSignature(account.signature)
    expect(await signatures.verifySecp256k1(key, fromBase64(account.challenge), signature)).to.equal('valid')
    expect(Buffer.from(secp256k1.getPublicKey(hex(account.privateKey), true)).toString('hex')).to.equal(key)
    const bytes = Buffer.from(account.challenge, 'base64')
    expect(account.challenge).to.equal(guide.get('challenge'))
    const signed = secp256k1.sign(bytes, hex(account.privateKey), ANY_S)
    expect(Buffer.from(signed).toString('base64')).to.equal(account.signature)
  })

  it('shows a nonce and the session key that it is made of', () => {
    for (const name of ['nonce', 'oidc']) {
      const { publicKey, compressedPublicKey, nonce } = guide.get<Record<string, string>>(name)
      expect(sessionNonce(parseEcPublicKey(publicKey ?? ''))).to.equal(nonce)
      expect(
        createHash('sha256')
          .update(compressedPublicKey ?? '')
          .digest('hex'),
      ).to.equal(nonce)
    }
  })

  it('shows an ID token that is accepted with its session key, and its claims', async () => {
    const { idToken, publicKey, nonce } = guide.get<Record<string, string>>('oidc')
    const claims = guide.get<Claims>('oidc-claims')
    const clock = clockAt(claims.iat + 60)
    const google = KNOWN_OIDC_PROVIDERS.get('GOOGLE')!
    const verifier = new JoseIdTokenVerifier(
      [{ kind: 'GOOGLE', ...google, clientIds: [claims.aud] }],
      () => publishing('oidc-key', clock),
      clock,
    )
    const presented = { provider: 'GOOGLE', token: idToken ?? '' }
    expect(await verifier.verify(presented, parseEcPublicKey(publicKey ?? ''))).to.deep.equal({
      provider: 'GOOGLE',
      subject: claims.sub,
      email: claims.email,
      nonce,
    })
    expect(payloadOf(idToken)).to.deep.equal(claims)
  })

  it('shows an attestation that is accepted for the request that it names', async () => {
    const body = guide.get<JsonObject>('attested-body')
    const claims = guide.get<Claims>('attestation-claims')
    const { token } = guide.get<{ token: string }>('attestation')
    const request = { method: 'POST', path: '/v1/delete-factor', body }
    const canonical = canonicalJson({ body, method: request.method, pathUri: request.path })
    expect(canonical).to.equal(guide.get('attested-canonical'))
    expect(createHash('sha256').update(canonical).digest('hex')).to.equal(claims.jti)
    expect(payloadOf(token)).to.deep.equal(claims)

    const clock = clockAt(claims.iat + 60)
    const trust = { keys: publishing('attestation-key', clock), issuer: claims.iss, audience: claims.aud }
    await new JwsRequestAttestor(trust, clock).attest(token, request)
  })

  it('shows a refusal as it is sent', () => {
    const refusal = guide.get<{ error: { code: DomainErrorCode; message: string } }>('error')
    const { code, message } = refusal.error
    expect(JSON.parse(errorResponse(new DomainError(code, message)).body)).to.deep.equal(refusal)
  })

  it('shows nothing that is not checked, here or with the passkeys', () => {
    expect(guide.names().toSorted()).to.deep.equal(CHECKED.toSorted())
  })
})

/** The key under that name as the only one that an issuer has. */
function publishing(name: string, clock: ManualClock): JwksSource {
  const fetch = async (): Promise<Response> => Response.json({ keys: [guide.get(name)] })
  return new JwksSource({ url: new URL('https://issuer.example/jwks'), clock, events: new RecordingEventLog(), fetch })
}

function clockAt(seconds: number): ManualClock {
  return new ManualClock(seconds * 1000)
}

function payloadOf(token = ''): unknown {
  return JSON.parse(utf8(token.split('.')[1]))
}

function hex(text: string): Uint8Array {
  return Buffer.from(text, 'hex')
}
