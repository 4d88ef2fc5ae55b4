import { createHash } from 'node:crypto'
import { expect } from 'chai'
import fc from 'fast-check'
import { challengeOf } from '../../application/challenge.ts'
import type { SignatureVerifier } from '../../application/ports/signature-verifier.ts'
import { accountPublicKey } from '../../domain/backup-id.ts'
import { parseEcPublicKey } from '../../domain/ec-public-key.ts'
import { parseEcdsaSignature } from '../../domain/ecdsa-signature.ts'
import { AccountKeypair, P256Keypair } from '../support/keypair.ts'
import {
  CURVES,
  invalidEncodings,
  invalidValues,
  validSignatures,
  type SignatureVector,
} from './signature-verifier.vectors.ts'

const CHALLENGE = createHash('sha256').update('a challenge').digest()
const ANY_S = { format: 'der', lowS: false } as const

type Key = SignatureVector['publicKey']
type Verify = (key: Key, challenge: Uint8Array, signature: Uint8Array) => Promise<'valid' | 'invalid' | 'invalid-key'>

export function describeSignatureVerifier(adapter: string, open: () => SignatureVerifier): void {
  const verifiers: Readonly<Record<keyof typeof CURVES, Verify>> = {
    'P-256': async (key, challenge, signature) => {
      const publicKey = parseEcPublicKey(base64(key.toBytes(false)))
      const signed = await open().verifyP256(
        publicKey,
        challengeText(challenge),
        parseEcdsaSignature(base64(signature)),
      )
      return signed ? 'valid' : 'invalid'
    },
    secp256k1: async (key, challenge, signature) =>
      open().verifySecp256k1(key.toHex(true), challengeText(challenge), parseEcdsaSignature(base64(signature))),
  }

  for (const name of ['P-256', 'secp256k1'] as const) {
    const [curve, verify] = [CURVES[name], verifiers[name]]
    const { BASE, Fn } = curve.Point
    const agrees = (key: Key, challenge: Uint8Array, signature: Uint8Array) =>
      curve.verify(signature, challenge, key.toBytes(true), ANY_S)

    describe(`SignatureVerifier contract: ${adapter}, ${name}`, () => {
      for (const { label, publicKey, challenge, signature } of validSignatures(curve)) {
        it(`accepts a signature with ${label}`, async () => {
          expect(await verify(publicKey, challenge, signature)).to.equal('valid')
          expect(agrees(publicKey, challenge, signature), 'second opinion').to.be.true
        })
      }

      for (const { label, publicKey, challenge, signature } of invalidValues(curve)) {
        it(`refuses a signature with ${label}`, async () => {
          expect(await verify(publicKey, challenge, signature)).to.equal('invalid')
          expect(agrees(publicKey, challenge, signature), 'second opinion').to.be.false
        })
      }

      for (const { label, publicKey, challenge, signature } of invalidEncodings(curve)) {
        it(`refuses a right signature encoded as ${label}`, async () => {
          expect(await verify(publicKey, challenge, signature)).to.equal('invalid')
        })
      }

      const messages: readonly (readonly [string, Uint8Array, boolean])[] = [
        ['another challenge', Buffer.alloc(32, 1), true],
        ['the text of the challenge in base64url', Buffer.from(CHALLENGE.toString('base64url')), true],
        ['the text of the challenge in base64', Buffer.from(CHALLENGE.toString('base64')), true],
        ['the text of the challenge in hex', Buffer.from(CHALLENGE.toString('hex')), true],
        ['the SHA-256 of the challenge', createHash('sha256').update(CHALLENGE).digest(), true],
        ['the challenge and a byte more', Buffer.concat([CHALLENGE, Buffer.alloc(1)]), true],
        ['the challenge but its last byte', CHALLENGE.subarray(0, -1), true],
        ['nothing', Buffer.alloc(0), true],
        ['the challenge without hashing it', CHALLENGE, false],
        ['the challenge with SHA-512', createHash('sha512').update(CHALLENGE).digest(), false],
        ['the challenge with SHA-1', createHash('sha1').update(CHALLENGE).digest(), false],
      ]
      for (const [label, message, prehash] of messages) {
        it(`refuses a signature of ${label}`, async () => {
          const { secretKey, publicKey } = curve.keygen()
          const signature = curve.sign(message, secretKey, { ...ANY_S, prehash })
          const key = curve.Point.fromBytes(publicKey)
          expect(await verify(key, CHALLENGE, signature)).to.equal('invalid')
        })
      }

      const keys: readonly (readonly [string, (key: Key) => Key])[] = [
        ['of another key', () => BASE.multiply(99n)],
        ['of the opposite point', (key) => key.negate()],
        ['of the key one step away', (key) => key.add(BASE)],
      ]
      for (const [label, other] of keys) {
        it(`refuses a signature as one ${label}`, async () => {
          const { secretKey, publicKey } = curve.keygen()
          const signature = curve.sign(CHALLENGE, secretKey, ANY_S)
          expect(await verify(other(curve.Point.fromBytes(publicKey)), CHALLENGE, signature)).to.equal('invalid')
        })
      }

      for (const [label, secret] of [
        ['1', 1n],
        ['2', 2n],
        ['the order less 1', Fn.ORDER - 1n],
      ] as const) {
        it(`accepts a signature with the private key ${label}`, async () => {
          const signature = curve.sign(CHALLENGE, Fn.toBytes(secret), ANY_S)
          expect(await verify(BASE.multiply(secret), CHALLENGE, signature)).to.equal('valid')
        })
      }

      const secrets = fc.bigInt({ min: 1n, max: Fn.ORDER - 1n })
      const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 })

      it('accepts what an independent implementation signs', async () => {
        await fc.assert(
          fc.asyncProperty(secrets, bytes, fc.boolean(), async (secret, challenge, lowS) => {
            const signature = curve.sign(challenge, Fn.toBytes(secret), { format: 'der', lowS, extraEntropy: true })
            expect(await verify(BASE.multiply(secret), challenge, signature)).to.equal('valid')
          }),
          { numRuns: 50 },
        )
      })

      it('agrees with an independent implementation on damaged signatures', async () => {
        const { secretKey, publicKey } = curve.keygen()
        const key = curve.Point.fromBytes(publicKey)
        const signature = curve.sign(CHALLENGE, secretKey, { format: 'der' })
        await fc.assert(
          fc.asyncProperty(fc.nat(signature.length - 1), fc.nat(255), async (index, byte) => {
            const damaged = signature.with(index, byte)
            const expected = byte === signature[index] ? 'valid' : 'invalid'
            expect(await verify(key, CHALLENGE, damaged)).to.equal(expected)
            expect(agrees(key, CHALLENGE, damaged), 'second opinion').to.equal(expected === 'valid')
          }),
        )
      })

      it('refuses any bytes and never throws', async () => {
        await fc.assert(
          fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 72 }), async (signature) => {
            expect(await verify(BASE, CHALLENGE, signature)).to.equal('invalid')
          }),
        )
      })
    })
  }

  describe(`SignatureVerifier contract: ${adapter}, the keypairs of our tests`, () => {
    const forms = [
      ['bytes', CHALLENGE],
      ['base64', CHALLENGE.toString('base64')],
      ['base64url', CHALLENGE.toString('base64url')],
    ] as const
    for (const [label, challenge] of forms) {
      it(`accepts a P-256 signature of a challenge given in ${label}, as an independent implementation does`, async () => {
        const keypair = new P256Keypair()
        const signature = keypair.sign(challenge)
        expect(await open().verifyP256(keypair.publicKey, challengeText(CHALLENGE), signature)).to.be.true
        const [der, key] = [Buffer.from(signature, 'base64'), Buffer.from(keypair.publicKey, 'base64')]
        expect(CURVES['P-256'].verify(der, CHALLENGE, key, ANY_S)).to.be.true
      })

      it(`accepts an account's signature of a challenge given in ${label}, as an independent implementation does`, async () => {
        const keypair = new AccountKeypair()
        const signature = keypair.sign(challenge)
        const publicKey = accountPublicKey(keypair.backupAccountId)
        expect(await open().verifySecp256k1(publicKey, challengeText(CHALLENGE), signature)).to.equal('valid')
        const [der, key] = [Buffer.from(signature, 'base64'), Buffer.from(publicKey, 'hex')]
        expect(CURVES.secp256k1.verify(der, CHALLENGE, key, ANY_S)).to.be.true
      })
    }
  })
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}

function challengeText(bytes: Uint8Array) {
  return challengeOf(Buffer.from(bytes).toString('base64url'))
}
