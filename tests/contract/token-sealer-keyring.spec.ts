import { expect } from 'chai'
import fc from 'fast-check'
import { formatKeyring, generateKeyringEntry, parseKeyring } from '../../adapters/jose/keyring.ts'
import { JweTokenSealer } from '../../adapters/jose/jwe-token-sealer.ts'

const KEY = Buffer.alloc(32, 0xfb)
const TEXT = KEY.toString('base64url')
const OTHER = Buffer.alloc(32, 7).toString('base64url')

const KID_FAULT = 'its kid (before the colon) is not 1 to 32 of A-Z a-z 0-9 . _ -'
const KEY_FAULT = 'it is not 32 bytes (43 characters of base64url without padding)'
const DUPLICATE_FAULT = 'its kid is that of a key before it'

describe('parseKeyring', () => {
  const accepted = [
    ['one key', `a:${TEXT}`, ['a']],
    ['several keys, in their order', `b:${OTHER},a:${TEXT}`, ['b', 'a']],
    ['white space around entries', ` a:${TEXT} ,\n b:${OTHER}\n`, ['a', 'b']],
    ['a kid of 32 characters', `${'k'.repeat(32)}:${TEXT}`, ['k'.repeat(32)]],
    ['a kid of all that is allowed', `2026-01_A.z:${TEXT}`, ['2026-01_A.z']],
  ] as const
  for (const [label, text, kids] of accepted) {
    it(`accepts ${label}`, () => {
      const parsed = parseKeyring(text)
      expect(parsed.outcome === 'valid' && parsed.keyring.map(({ kid }) => kid)).to.deep.equal(kids)
    })
  }

  it('gives the bytes of the key', () => {
    const parsed = parseKeyring(`a:${TEXT}`)
    expect(parsed.outcome === 'valid' && Buffer.from(parsed.keyring[0]!.key).equals(KEY)).to.be.true
  })

  const rejected = [
    ['no text', '', ['there is no key']],
    ['only white space', ' \n', ['there is no key']],
    ['a key without a kid', TEXT, [`key 1: ${KID_FAULT}`]],
    ['an entry without a colon', 'abc', [`key 1: ${KID_FAULT}`, `key 1: ${KEY_FAULT}`]],
    ['an empty kid', `:${TEXT}`, [`key 1: ${KID_FAULT}`]],
    ['a kid of 33 characters', `${'k'.repeat(33)}:${TEXT}`, [`key 1: ${KID_FAULT}`]],
    ['a kid with a space', `a b:${TEXT}`, [`key 1: ${KID_FAULT}`]],
    ['a key in the place of the kid', `${TEXT}:a`, [`key 1: ${KID_FAULT}`, `key 1: ${KEY_FAULT}`]],
    ['a trailing comma', `a:${TEXT},`, [`key 2: ${KID_FAULT}`, `key 2: ${KEY_FAULT}`]],
    ['an empty key', 'a:', [`key 1: ${KEY_FAULT}`]],
    ['a key of 31 bytes', `a:${KEY.subarray(1).toString('base64url')}`, [`key 1: ${KEY_FAULT}`]],
    ['a key of 33 bytes', `a:${Buffer.alloc(33, 1).toString('base64url')}`, [`key 1: ${KEY_FAULT}`]],
    ['a key in hex', `a:${KEY.toString('hex')}`, [`key 1: ${KEY_FAULT}`]],
    ['a key in base64', `a:${KEY.toString('base64').replace('=', '')}`, [`key 1: ${KEY_FAULT}`]],
    ['a padded key', `a:${TEXT}=`, [`key 1: ${KEY_FAULT}`]],
    ['a key with spare bits', `a:${TEXT.slice(0, -1)}t`, [`key 1: ${KEY_FAULT}`]],
    ['a second colon', `a:b:${TEXT}`, [`key 1: ${KEY_FAULT}`]],
    ['a kid used twice', `a:${TEXT},b:${OTHER},a:${OTHER}`, [`key 3: ${DUPLICATE_FAULT}`]],
    [
      'several faults',
      `a:x,!:${TEXT},a:${OTHER}`,
      [`key 1: ${KEY_FAULT}`, `key 2: ${KID_FAULT}`, `key 3: ${DUPLICATE_FAULT}`],
    ],
  ] as const
  for (const [label, text, faults] of rejected) {
    it(`rejects ${label}`, () => {
      expect(parseKeyring(text)).to.deep.equal({ outcome: 'invalid', faults })
    })
  }

  it('never quotes the text in a fault', () => {
    const entry = fc.stringMatching(/^[A-Z]{8,50}:[A-Z]{8,50}$/)
    fc.assert(
      fc.property(entry, (text) => {
        const parsed = parseKeyring(text)
        const told = parsed.outcome === 'invalid' ? parsed.faults.join() : ''
        expect(text.split(':').filter((part) => told.includes(part))).to.deep.equal([])
      }),
    )
  })
})

describe('formatKeyring', () => {
  it('writes what parseKeyring reads', () => {
    const keyring = [generateKeyringEntry(new Date()), generateKeyringEntry(new Date())]
    expect(parseKeyring(formatKeyring(keyring))).to.deep.equal({ outcome: 'valid', keyring })
  })
})

describe('generateKeyringEntry', () => {
  it('dates the kid', () => {
    expect(generateKeyringEntry(new Date('2026-02-03T23:59:59Z')).kid).to.match(/^2026-02-03-[0-9a-f]{8}$/)
  })

  it('never makes the same key or kid twice', () => {
    const entries = Array.from({ length: 100 }, () => generateKeyringEntry(new Date(0)))
    expect(new Set(entries.map(({ kid }) => kid))).to.have.lengthOf(100)
    expect(new Set(entries.map((entry) => formatKeyring([entry]).split(':')[1]))).to.have.lengthOf(100)
  })
})

describe('JweTokenSealer', () => {
  const refused = [
    ['no key', [], 'keyring: there is no key'],
    ['a key of 16 bytes', [{ kid: 'a', key: Buffer.alloc(16, 'SECRET') }], `keyring: key 1: ${KEY_FAULT}`],
    ['a key of 64 bytes', [{ kid: 'a', key: Buffer.alloc(64, 'SECRET') }], `keyring: key 1: ${KEY_FAULT}`],
    ['an empty kid', [{ kid: '', key: KEY }], `keyring: key 1: ${KID_FAULT}`],
    [
      'a kid used twice',
      [
        { kid: 'a', key: KEY },
        { kid: 'a', key: KEY },
      ],
      `keyring: key 2: ${DUPLICATE_FAULT}`,
    ],
  ] as const
  for (const [label, keyring, message] of refused) {
    it(`refuses ${label}, without naming it`, () => {
      expect(() => new JweTokenSealer(keyring))
        .to.throw(Error)
        .with.property('message', message)
    })
  }
})
