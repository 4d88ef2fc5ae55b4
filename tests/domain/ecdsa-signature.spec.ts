import { expect } from 'chai'
import fc from 'fast-check'
import { parseEcdsaSignature } from '../../domain/ecdsa-signature.ts'
import { expectInvalidPayload } from './support/refusals.ts'

function base64(bytes: number): string {
  return Buffer.alloc(bytes, 0xfb).toString('base64')
}

describe('parseEcdsaSignature', () => {
  const accepted = [
    ['1 byte', base64(1)],
    ['2 bytes', base64(2)],
    ['3 bytes', base64(3)],
    ['8 bytes, the shortest DER', base64(8)],
    ['70 bytes', base64(70)],
    ['71 bytes', base64(71)],
    ['72 bytes, the longest DER', base64(72)],
    ['the characters + and /', 'ab+/'],
    ['spare bits that are not zero, before one padding character', 'MAB='],
    ['spare bits that are not zero, before two padding characters', 'MB=='],
  ] as const
  for (const [label, input] of accepted) {
    it(`accepts ${label} and changes nothing`, () => {
      expect(parseEcdsaSignature(input)).to.equal(input)
    })
  }

  const rejected = [
    ['the empty string', ''],
    ['73 bytes', base64(73)],
    ['75 bytes', base64(75)],
    ['a megabyte', base64(1024 * 1024)],
    ['1 character', 'M'],
    ['2 characters without padding', 'MA'],
    ['3 characters without padding', 'MAB'],
    ['5 characters', 'MABCM'],
    ['5 characters and three of padding', 'MABCM==='],
    ['half the padding', 'MA='],
    ['too much padding', 'MAB=='],
    ['padding only', '===='],
    ['padding after whole groups', 'MABC===='],
    ['padding in the middle', 'MA==MABC'],
    ['padding inside a group', 'M=B='],
    ['the URL alphabet, a minus', 'ab-/'],
    ['the URL alphabet, an underscore', 'ab+_'],
    ['a space before', ' MABC'],
    ['a line break after', 'MABC\n'],
    ['a line break for a character', 'MAB\n'],
    ['a line break between groups', 'MABC\nMABC'],
    ['a letter of another alphabet', 'MAВC'],
  ] as const
  for (const [label, input] of rejected) {
    it(`rejects ${label}`, () => {
      expectInvalidPayload(parseEcdsaSignature, input)
    })
  }

  it('accepts what an encoder makes of 1 to 72 bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 72 }), (bytes) => {
        const input = Buffer.from(bytes).toString('base64')
        expect(parseEcdsaSignature(input)).to.equal(input)
      }),
    )
  })
})
