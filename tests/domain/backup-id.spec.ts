import { expect } from 'chai'
import fc from 'fast-check'
import { accountPublicKey, parseBackupId } from '../../domain/backup-id.ts'
import { expectInvalidPayload } from './support/refusals.ts'

const PREFIX = 'backup_account_'
const HEX = `02${'9a'.repeat(32)}`

describe('parseBackupId', () => {
  const accepted = [
    ['lower-case hex', `${PREFIX}${HEX}`],
    ['upper-case hex', `${PREFIX}${HEX.toUpperCase()}`],
    ['hex of mixed case', `${PREFIX}${HEX.replaceAll('9a9a', '9A9a')}`],
    ['hex with 0x', `${PREFIX}0x${HEX}`],
    ['upper-case hex with 0x', `${PREFIX}0x${HEX.toUpperCase()}`],
  ] as const
  for (const [label, input] of accepted) {
    it(`gives the lower-case spelling of ${label}`, () => {
      expect(parseBackupId(input)).to.equal(`${PREFIX}${HEX}`)
    })
  }

  it('leaves open whether the 33 bytes are a point on the curve', () => {
    expect(parseBackupId(`${PREFIX}${'0'.repeat(66)}`)).to.equal(`${PREFIX}${'0'.repeat(66)}`)
  })

  const rejected = [
    ['the empty string', ''],
    ['the prefix alone', PREFIX],
    ['the prefix and 0x alone', `${PREFIX}0x`],
    ['no prefix', HEX],
    ['another prefix', `backup_acount_${HEX}`],
    ['the prefix in upper case', `${PREFIX.toUpperCase()}${HEX}`],
    ['something before the prefix', ` ${PREFIX}${HEX}`],
    ['0x before the prefix', `0x${PREFIX}${HEX}`],
    ['the prefix twice', `${PREFIX}${PREFIX}${HEX}`],
    ['32 bytes', `${PREFIX}${HEX.slice(2)}`],
    ['34 bytes', `${PREFIX}${HEX}00`],
    ['65 digits', `${PREFIX}${HEX.slice(1)}`],
    ['67 digits', `${PREFIX}${HEX}0`],
    ['32 bytes and 0x, which fill the place of 33', `${PREFIX}0x${HEX.slice(2)}`],
    ['0x twice', `${PREFIX}0x0x${HEX}`],
    ['0x twice within the length', `${PREFIX}0x0x${HEX.slice(2)}`],
    ['a digit that is not hex', `${PREFIX}${HEX.slice(1)}g`],
    ['a digit of another script', `${PREFIX}${HEX.slice(1)}٣`],
    ['a line break at the end', `${PREFIX}${HEX}\n`],
    ['a line break for the last digit', `${PREFIX}${HEX.slice(1)}\n`],
    ['a slash for a digit, which would open a folder in a blob key', `${PREFIX}${HEX.slice(1)}/`],
  ] as const
  for (const [label, input] of rejected) {
    it(`rejects ${label}`, () => {
      expectInvalidPayload(parseBackupId, input)
    })
  }

  it('gives one spelling for any 33 bytes, however they are written', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 33, maxLength: 33 }), fc.boolean(), fc.boolean(), (bytes, upper, mark) => {
        const hex = Buffer.from(bytes).toString('hex')
        const id = parseBackupId(`${PREFIX}${mark ? '0x' : ''}${upper ? hex.toUpperCase() : hex}`)
        expect(id).to.equal(`${PREFIX}${hex}`)
        expect(parseBackupId(id)).to.equal(id)
      }),
    )
  })
})

describe('accountPublicKey', () => {
  it('is the 33 bytes of the id in lower-case hex', () => {
    expect(accountPublicKey(parseBackupId(`${PREFIX}0x${HEX.toUpperCase()}`))).to.equal(HEX)
  })
})
