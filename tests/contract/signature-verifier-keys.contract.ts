import { expect } from 'chai'
import fc from 'fast-check'
import { challengeOf } from '../../application/challenge.ts'
import type { SignatureVerifier } from '../../application/ports/signature-verifier.ts'
import { parseEcPublicKey } from '../../domain/ec-public-key.ts'
import { parseEcdsaSignature } from '../../domain/ecdsa-signature.ts'
import { signatureValue, unsigned } from './signature-verifier.der.ts'
import { CURVES, decompress, type Curve } from './signature-verifier.vectors.ts'

const { 'P-256': p256, secp256k1 } = CURVES
const CHALLENGE = challengeOf(Buffer.alloc(32, 1).toString('base64url'))
const SIGNATURE = parseEcdsaSignature(Buffer.from(signatureValue(1n, 1n)).toString('base64'))

/** What a verifier makes of keys, where the signature is of no account. */
export function describeKeysOfSignatureVerifier(adapter: string, open: () => SignatureVerifier): void {
  describe(`SignatureVerifier contract: ${adapter}, keys that are no P-256 point`, () => {
    const { x, y } = p256.Point.BASE
    const { prime, point } = smallX(p256)
    const rows: readonly (readonly [string, bigint, bigint])[] = [
      ['zeros', 0n, 0n],
      ['ones throughout', 2n ** 256n - 1n, 2n ** 256n - 1n],
      ['y one too large', x, y + 1n],
      ['x and y swapped', y, x],
      ['y zero', x, 0n],
      ['the prime for x', prime, y],
      ['the prime added to x', point.x + prime, point.y],
      ['a point of secp256k1', secp256k1.Point.BASE.x, secp256k1.Point.BASE.y],
    ]
    for (const [label, badX, badY] of rows) {
      it(`refuses ${label}`, async () => {
        const bytes = Buffer.from([0x04, ...unsigned(badX, 32), ...unsigned(badY, 32)])
        const publicKey = parseEcPublicKey(bytes.toString('base64'))
        expect(await open().verifyP256(publicKey, CHALLENGE, SIGNATURE)).to.be.false
      })
    }

    it('refuses any coordinates and never throws', async () => {
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ minLength: 64, maxLength: 64 }), async (coordinates) => {
          const publicKey = parseEcPublicKey(Buffer.from([0x04, ...coordinates]).toString('base64'))
          expect(await open().verifyP256(publicKey, CHALLENGE, SIGNATURE)).to.be.false
        }),
      )
    })
  })

  describe(`SignatureVerifier contract: ${adapter}, secp256k1 keys`, () => {
    const base = secp256k1.Point.BASE.toHex(true)
    const { prime, point, withoutPoint } = smallX(secp256k1)
    const x = (value: bigint) => Buffer.from(unsigned(value, 32)).toString('hex')
    const rows = [
      ['the base point', base, 'invalid'],
      ['the base point in upper case', base.toUpperCase(), 'invalid'],
      ['a point of odd y', secp256k1.Point.BASE.negate().toHex(true), 'invalid'],
      ['the smallest x of a point', `02${x(point.x)}`, 'invalid'],
      ['the smallest x of no point', `02${x(withoutPoint)}`, 'invalid-key'],
      ['zeros', '00'.repeat(33), 'invalid-key'],
      ['x zero', `02${x(0n)}`, 'invalid-key'],
      ['ones throughout', 'ff'.repeat(33), 'invalid-key'],
      ['the largest x', `02${'ff'.repeat(32)}`, 'invalid-key'],
      ['the prime for x', `02${x(prime)}`, 'invalid-key'],
      ['the prime added to x', `02${x(prime + point.x)}`, 'invalid-key'],
      ...['00', '01', '04', '05', '06', '07', '82'].map(
        (prefix) => [`the prefix ${prefix}`, prefix + base.slice(2), 'invalid-key'] as const,
      ),
      ['the uncompressed form', secp256k1.Point.BASE.toHex(false), 'invalid-key'],
      ['the point at infinity', '00', 'invalid-key'],
      ['32 bytes', base.slice(0, -2), 'invalid-key'],
      ['34 bytes', `${base}00`, 'invalid-key'],
      ['half a byte more', `${base}0`, 'invalid-key'],
      ['a line feed after it', `${base}\n`, 'invalid-key'],
      ['0x before it', `0x${base}`, 'invalid-key'],
      ['no hex', 'zz'.repeat(33), 'invalid-key'],
      ['nothing', '', 'invalid-key'],
    ] as const
    for (const [label, publicKey, outcome] of rows) {
      it(`finds ${outcome === 'invalid' ? 'only the signature wrong' : 'the key invalid'} for ${label}`, async () => {
        expect(await open().verifySecp256k1(publicKey, CHALLENGE, SIGNATURE)).to.equal(outcome)
      })
    }

    it('agrees with an independent implementation on which x has a point', async () => {
      await fc.assert(
        fc.asyncProperty(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), async (value) => {
          const outcome = decompress(secp256k1, value) === undefined ? 'invalid-key' : 'invalid'
          expect(await open().verifySecp256k1(`03${x(value)}`, CHALLENGE, SIGNATURE)).to.equal(outcome)
        }),
      )
    })

    it('finds any other text invalid and never throws', async () => {
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 70 }), async (publicKey) => {
          expect(await open().verifySecp256k1(publicKey, CHALLENGE, SIGNATURE)).to.equal('invalid-key')
        }),
      )
    })
  })
}

/** The prime of the field, the point of smallest x above zero, and the smallest such x without a point. */
function smallX(curve: Curve) {
  const xs = Array.from({ length: 100 }, (_, index) => BigInt(index + 1))
  return {
    prime: curve.Point.Fp.ORDER,
    point: xs.map((x) => decompress(curve, x)).find((point) => point !== undefined)!,
    withoutPoint: xs.find((x) => decompress(curve, x) === undefined)!,
  }
}
