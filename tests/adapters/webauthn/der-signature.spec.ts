import { generateKeyPairSync, sign } from 'node:crypto'
import { expect } from 'chai'
import fc from 'fast-check'
import { isDerSignature } from '../../../adapters/webauthn/der-signature.ts'
import { integer, sequence, signatureValue, unsigned } from '../../contract/signature-verifier.der.ts'

const SMALL = 5n
const LARGE = 2n ** 256n - 1n

describe('isDerSignature', () => {
  it('knows the signatures that are made here', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    fc.assert(fc.property(fc.uint8Array(), (message) => isDerSignature(sign('sha256', message, privateKey))))
  })

  it('knows any two positive numbers of 256 bits', () => {
    const number = fc.bigInt({ min: 0n, max: LARGE })
    fc.assert(fc.property(number, number, (r, s) => isDerSignature(signatureValue(r, s))))
  })

  it('knows no two spellings of the same numbers', () => {
    const number = fc.bigInt({ min: 0n, max: LARGE })
    fc.assert(
      fc.property(number, number, fc.nat(71), fc.integer({ min: 0, max: 255 }), (r, s, index, byte) => {
        const der = signatureValue(r, s)
        const other = der.with(index % der.length, byte)
        // Only the bytes that are the numbers may differ.
        return !isDerSignature(other) || Buffer.from(other).equals(signatureValue(...numbersIn(other)))
      }),
    )
  })

  const refused: readonly [title: string, bytes: Uint8Array][] = [
    ['nothing', Uint8Array.of()],
    ['an empty sequence', sequence()],
    ['one number', sequence(integer(unsigned(SMALL, 1)))],
    ['three numbers', sequence(...[1, 2, 3].map((byte) => integer(Uint8Array.of(byte))))],
    ['a byte after the sequence', Buffer.concat([signatureValue(SMALL, SMALL), Uint8Array.of(0)])],
    ['a byte after the numbers', sequence(signatureValue(SMALL, SMALL).subarray(2), Uint8Array.of(0))],
    ['a sequence cut short', signatureValue(LARGE, LARGE).subarray(0, -1)],
    ['a set', signatureValue(SMALL, SMALL).with(0, 0x31)],
    ['an octet string for a number', sequence(Uint8Array.of(4, 1, 5), integer(unsigned(SMALL, 1)))],
    ['an empty number', sequence(integer(Uint8Array.of()), integer(unsigned(SMALL, 1)))],
    ['a negative r', signatureValue(-SMALL, SMALL)],
    ['a negative s', signatureValue(SMALL, -SMALL)],
    ['a large number without its leading zero', sequence(integer(unsigned(LARGE, 32)), integer(unsigned(LARGE, 32)))],
    ['a needless zero before r', sequence(integer(unsigned(SMALL, 2)), integer(unsigned(SMALL, 1)))],
    ['a needless zero before s', sequence(integer(unsigned(SMALL, 1)), integer(unsigned(SMALL, 2)))],
    ['a number of 34 bytes', sequence(integer(unsigned(2n ** 264n, 34)), integer(unsigned(SMALL, 1)))],
    ['a length in the long form', Buffer.from('308106020105020105', 'hex')],
    ['an indefinite length', Buffer.from('30800201050201050000', 'hex')],
    ['a long form inside', Buffer.from('300702810105020105', 'hex')],
  ]
  for (const [title, bytes] of refused) {
    it(`refuses ${title}`, () => {
      expect(isDerSignature(bytes)).to.equal(false)
    })
  }
})

/** r and s of an encoding that is well-formed. */
function numbersIn(der: Uint8Array): [bigint, bigint] {
  const end = 4 + der[3]!
  const number = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
  return [number(der.subarray(4, end)), number(der.subarray(end + 2))]
}
