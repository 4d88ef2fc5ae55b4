import { expect } from 'chai'
import fc from 'fast-check'
import { parseManifestHash } from '../../domain/manifest-hash.ts'
import { expectInvalidPayload } from './support/refusals.ts'

const HEX = 'c0ffee00'.repeat(8)

describe('parseManifestHash', () => {
  const accepted = [
    ['lower-case hex', HEX],
    ['upper-case hex', HEX.toUpperCase()],
    ['hex of mixed case', HEX.replace('c0ffee', 'C0ffEe')],
    ['hex with 0x', `0x${HEX}`],
    ['upper-case hex with 0x', `0x${HEX.toUpperCase()}`],
  ] as const
  for (const [label, input] of accepted) {
    it(`gives the lower-case spelling of ${label}`, () => {
      expect(parseManifestHash(input)).to.equal(HEX)
    })
  }

  const rejected = [
    ['the empty string', ''],
    ['0x alone', '0x'],
    ['31 bytes', HEX.slice(2)],
    ['33 bytes', `${HEX}00`],
    ['63 digits', HEX.slice(1)],
    ['65 digits', `${HEX}0`],
    ['31 bytes and 0x, which fill the place of 32', `0x${HEX.slice(2)}`],
    ['0x twice', `0x0x${HEX}`],
    ['0x at the end', `${HEX}0x`],
    ['a digit that is not hex', `${HEX.slice(1)}g`],
    ['a digit of another script', `${HEX.slice(1)}٣`],
    ['a space before', ` ${HEX}`],
    ['a line break after', `${HEX}\n`],
    ['a line break for the last digit', `${HEX.slice(1)}\n`],
    ['a line break in the middle', `${HEX.slice(0, 32)}\n${HEX.slice(33)}`],
    ['a sign', `-${HEX.slice(1)}`],
    ['base64 of 32 bytes', Buffer.from(HEX, 'hex').toString('base64')],
  ] as const
  for (const [label, input] of rejected) {
    it(`rejects ${label}`, () => {
      expectInvalidPayload(parseManifestHash, input)
    })
  }

  it('gives one spelling for any 32 bytes, however they are written', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.boolean(), fc.boolean(), (bytes, upper, mark) => {
        const hex = Buffer.from(bytes).toString('hex')
        const hash = parseManifestHash(`${mark ? '0x' : ''}${upper ? hex.toUpperCase() : hex}`)
        expect(hash).to.equal(hex)
        expect(parseManifestHash(hash)).to.equal(hash)
      }),
    )
  })
})
