import { expect } from 'chai'
import fc from 'fast-check'
import { DomainError } from '../../domain/domain-error.ts'
import { parseEcPublicKey } from '../../domain/ec-public-key.ts'
import { expectInvalidPayload } from './support/refusals.ts'

/** The base point of P-256 (SEC 2 §2.4.2). */
const G = [
  '04',
  '6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296',
  '4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5',
].join('')
const G_BASE64 = Buffer.from(G, 'hex').toString('base64')
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

function base64(...parts: readonly (readonly [byte: number, times: number])[]): string {
  return Buffer.concat(parts.map(([byte, times]) => Buffer.alloc(times, byte))).toString('base64')
}

/** The same 65 bytes to a decoder that looks away: `spare` goes where RFC 4648 §3.5 wants two zero bits. */
function withSpareBits(key: string, spare: number): string {
  const last = ALPHABET.charAt(ALPHABET.indexOf(key.charAt(86)) + spare)
  return `${key.slice(0, 86)}${last}=`
}

describe('parseEcPublicKey', () => {
  const accepted = [
    ['the base point', G_BASE64],
    ['65 bytes that are no point on the curve', base64([4, 1], [0, 64])],
    ['the highest bytes, all slashes', base64([4, 1], [0xff, 64])],
    ['bytes that need the plus sign', base64([4, 1], [0xfb, 64])],
  ] as const
  for (const [label, input] of accepted) {
    it(`accepts ${label} and changes nothing`, () => {
      expect(parseEcPublicKey(input)).to.equal(input)
    })
  }

  for (let nibble = 0; nibble < 16; nibble++) {
    const key = base64([4, 1], [0, 63], [nibble, 1])
    it(`accepts a last byte that ends in ${nibble.toString(2).padStart(4, '0')}`, () => {
      expect(parseEcPublicKey(key)).to.equal(key)
    })

    for (const spare of [1, 2, 3]) {
      const other = withSpareBits(key, spare)
      it(`rejects ${other.slice(-3)}, a second spelling of ${key.slice(-3)}`, () => {
        expect(Buffer.from(other, 'base64')).to.deep.equal(Buffer.from(key, 'base64'))
        expectInvalidPayload(parseEcPublicKey, other)
      })
    }
  }

  for (const first of [0x00, 0x02, 0x03, 0x05, 0x06, 0x07, 0x14, 0x44, 0x84, 0xff]) {
    it(`rejects a first byte of 0x${first.toString(16).padStart(2, '0')}`, () => {
      expectInvalidPayload(parseEcPublicKey, base64([first, 1], [0x5a, 64]))
    })
  }

  const rejected = [
    ['the empty string', ''],
    ['64 bytes', base64([4, 1], [0x5a, 63])],
    ['66 bytes', base64([4, 1], [0x5a, 65])],
    ['68 bytes', base64([4, 1], [0x5a, 67])],
    ['a compressed point', base64([2, 1], [0x5a, 32])],
    ['two keys', `${G_BASE64}${G_BASE64}`],
    ['no padding', G_BASE64.slice(0, -1)],
    ['padding twice', `${G_BASE64}=`],
    ['padding for the last character', `${G_BASE64.slice(0, -2)}==`],
    ['the URL alphabet, a minus', base64([4, 1], [0xfb, 64]).replace('+', '-')],
    ['the URL alphabet, an underscore', base64([4, 1], [0xff, 64]).replace('/', '_')],
    ['hex', G],
    ['PEM-style line breaks', `${G_BASE64.slice(0, 64)}\n${G_BASE64.slice(64)}`],
    ['a space before', ` ${G_BASE64}`],
    ['a line break after', `${G_BASE64}\n`],
    ['a line break for a character', `${G_BASE64.slice(0, 40)}\n${G_BASE64.slice(41)}`],
    ['a letter of another alphabet', `${G_BASE64.slice(0, 40)}А${G_BASE64.slice(41)}`],
    ['a NUL for a character', `${G_BASE64.slice(0, 40)}\0${G_BASE64.slice(41)}`],
  ] as const
  for (const [label, input] of rejected) {
    it(`rejects ${label}`, () => {
      expectInvalidPayload(parseEcPublicKey, input)
    })
  }

  it('accepts exactly what decodes to 0x04 and 64 bytes and is spelled as an encoder spells it', () => {
    const key = fc.uint8Array({ minLength: 64, maxLength: 64 }).map((bytes) => Buffer.from([4, ...bytes]))
    const character = fc.constantFrom(...Array.from(ALPHABET), '=', '-', '_', ' ', '\n', '')
    fc.assert(
      fc.property(key, fc.nat({ max: 88 }), character, (bytes, at, replacement) => {
        const original = bytes.toString('base64')
        const input = `${original.slice(0, at)}${replacement}${original.slice(at + 1)}`
        const decoded = Buffer.from(input, 'base64')
        const canonical = decoded.length === 65 && decoded[0] === 4 && decoded.toString('base64') === input
        expect(accepts(input)).to.equal(canonical)
      }),
      { numRuns: 500 },
    )
  })
})

function accepts(input: string): boolean {
  try {
    return parseEcPublicKey(input) === input
  } catch (error) {
    if (error instanceof DomainError) return false
    throw error
  }
}
