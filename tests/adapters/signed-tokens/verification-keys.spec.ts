import { generateKeyPairSync } from 'node:crypto'
import { expect } from 'chai'
import { importVerificationKeys, keyName } from '../../../adapters/signed-tokens/verification-keys.ts'
import { IssuerKey } from '../../support/local-issuer.ts'
import { rejectionOf } from '../../support/rejection.ts'

type Jwk = Readonly<Record<string, unknown>>

const EC = new IssuerKey('ES256').jwk()
const RSA = new IssuerKey('RS256').jwk()
const OTHER = new IssuerKey('ES256').jwk()

function rsaJwk(modulusLength: number): Jwk {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength })
  return { ...publicKey.export({ format: 'jwk' }), kid: RSA.kid }
}

describe('verification keys of a JWK Set', () => {
  const usable: readonly (readonly [string, string, Jwk])[] = [
    ['a P-256 key', 'ES256', EC],
    ['an RSA key of 2048 bits', 'RS256', RSA],
    ['a key that does not say what it is for', 'ES256', { ...EC, use: undefined, alg: undefined }],
    ['a key that is for verification', 'ES256', { ...EC, key_ops: ['verify'] }],
    ['a key with members that nobody knows', 'ES256', { ...EC, x5t: 1, ext: 'yes', 'urn:other': {} }],
  ]
  for (const [title, algorithm, jwk] of usable) {
    it(`include ${title}`, async () => {
      const keys = await importVerificationKeys({ keys: [jwk] })
      expect([...keys.keys()]).to.deep.equal([keyName(algorithm, String(jwk.kid))])
    })
  }

  const unusable: readonly (readonly [string, unknown])[] = [
    ['a key for encryption', { ...EC, use: 'enc' }],
    ['a key for other operations', { ...EC, key_ops: ['deriveBits'] }],
    ['a key without id', { ...EC, kid: undefined }],
    ['a key whose id is no text', { ...EC, kid: 1 }],
    ['a P-256 key for another algorithm', { ...EC, alg: 'ECDH-ES' }],
    ['an RSA key for another algorithm', { ...RSA, alg: 'PS256' }],
    ['a P-256 key said to be for RSA', { ...EC, alg: 'RS256' }],
    ['a point that is not on the curve', { ...EC, y: OTHER.y }],
    ['a point without y', { ...EC, y: undefined }],
    ['coordinates that are not base64url', { ...EC, x: '*' }],
    ['a key on another curve', { ...EC, crv: 'P-384' }],
    ['an RSA key of 1024 bits', rsaJwk(1024)],
    ['an RSA key without modulus', { ...RSA, n: undefined }],
    ['a symmetric key', { kty: 'oct', k: 'AAAA', kid: 'a', alg: 'HS256' }],
    ['an Ed25519 key', { ...generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }), kid: 'a' }],
    ['a private key', { ...EC, d: 'AAAA' }],
    ['null', null],
    ['text', 'key'],
  ]
  for (const [title, jwk] of unusable) {
    it(`leave out ${title}`, async () => {
      const keys = await importVerificationKeys({ keys: [jwk, OTHER] })
      expect([...keys.keys()]).to.deep.equal([keyName('ES256', String(OTHER.kid))])
    })
  }

  it('tell keys of different types apart that share an id', async () => {
    const keys = await importVerificationKeys({ keys: [EC, { ...RSA, kid: EC.kid }] })
    expect(keys.size).to.equal(2)
  })

  const notSets: readonly (readonly [string, unknown])[] = [
    ['null', null],
    ['an array', [EC]],
    ['a key', EC],
    ['keys that are no array', { keys: { 0: EC } }],
    ['an empty set', { keys: [] }],
    ['a set of unusable keys', { keys: [{ ...EC, use: 'enc' }] }],
  ]
  for (const [title, jwks] of notSets) {
    it(`cannot be had from ${title}`, async () => {
      expect(await rejectionOf(importVerificationKeys(jwks))).to.be.an('error')
    })
  }
})
