import { expect } from 'chai'
import fc from 'fast-check'
import { isDeepStrictEqual } from 'node:util'
import { FACTOR_SERVED_BY, sameKey, type EncryptedBackupKey } from '../../domain/encrypted-backup-key.ts'
import { iCloudKey, prfKey, turnkeyKey } from './support/encrypted-keys.ts'

describe('sameKey', () => {
  const same: readonly (readonly [string, EncryptedBackupKey, EncryptedBackupKey])[] = [
    ['PRF', prfKey('x'), prfKey('x')],
    ['ICLOUD', iCloudKey('x'), iCloudKey('x')],
    ['TURNKEY', turnkeyKey(), turnkeyKey()],
    ['empty PRF', prfKey(''), prfKey('')],
  ]
  for (const [label, left, right] of same) {
    it(`takes two ${label} keys with equal members for the same`, () => {
      expect(sameKey(left, right)).to.equal(true)
    })
  }

  const different: readonly (readonly [string, EncryptedBackupKey, EncryptedBackupKey])[] = [
    ['PRF keys by encryptedKey', prfKey('x'), prfKey('y')],
    ['PRF keys by the case of encryptedKey', prfKey('x'), prfKey('X')],
    ['ICLOUD keys by encryptedKey', iCloudKey('x'), iCloudKey('y')],
    ['TURNKEY keys by encryptedKey', turnkeyKey(), turnkeyKey({ encryptedKey: 'other' })],
    ['TURNKEY keys by turnkeyAccountId', turnkeyKey(), turnkeyKey({ turnkeyAccountId: 'other' })],
    ['TURNKEY keys by turnkeyUserId', turnkeyKey(), turnkeyKey({ turnkeyUserId: 'other' })],
    ['TURNKEY keys by turnkeyPrivateKeyId', turnkeyKey(), turnkeyKey({ turnkeyPrivateKeyId: 'other' })],
    [
      'TURNKEY keys whose members changed places',
      turnkeyKey({ turnkeyAccountId: 'a', turnkeyUserId: 'b' }),
      turnkeyKey({ turnkeyAccountId: 'b', turnkeyUserId: 'a' }),
    ],
    ['PRF and ICLOUD', prfKey('x'), iCloudKey('x')],
    ['PRF and TURNKEY', prfKey('x'), turnkeyKey({ encryptedKey: 'x' })],
    ['ICLOUD and TURNKEY', iCloudKey('x'), turnkeyKey({ encryptedKey: 'x' })],
  ]
  for (const [label, left, right] of different) {
    it(`tells apart ${label}`, () => {
      expect(sameKey(left, right)).to.equal(false)
      expect(sameKey(right, left)).to.equal(false)
    })
  }

  it('agrees with equality of all members', () => {
    const text = fc.constantFrom('a', 'b')
    const key: fc.Arbitrary<EncryptedBackupKey> = fc.oneof(
      text.map(prfKey),
      text.map(iCloudKey),
      fc
        .record({ encryptedKey: text, turnkeyAccountId: text, turnkeyUserId: text, turnkeyPrivateKeyId: text })
        .map(turnkeyKey),
    )
    fc.assert(
      fc.property(key, key, (left, right) => sameKey(left, right) === isDeepStrictEqual(left, right)),
      { numRuns: 500 },
    )
  })
})

describe('FACTOR_SERVED_BY', () => {
  const rows = [
    ['PRF', 'PASSKEY'],
    ['ICLOUD', 'EC_KEYPAIR'],
    ['TURNKEY', 'OIDC_ACCOUNT'],
  ] as const
  for (const [key, kind] of rows) {
    it(`says that ${key} serves ${kind}`, () => {
      expect(FACTOR_SERVED_BY[key]).to.equal(kind)
    })
  }

  it('speaks of these kinds only', () => {
    expect(Object.keys(FACTOR_SERVED_BY)).to.have.members(rows.map(([key]) => key))
  })
})
