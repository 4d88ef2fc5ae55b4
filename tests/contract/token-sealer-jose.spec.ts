import { inspect } from 'node:util'
import { expect } from 'chai'
import { base64url } from 'jose'
import type { TokenToSeal } from '../../application/ports/token-sealer.ts'
import { generateKeyringEntry } from '../../adapters/jose/keyring.ts'
import { JweTokenSealer } from '../../adapters/jose/jwe-token-sealer.ts'

const AT = 1_767_225_600
const ENTRY = generateKeyringEntry(new Date())
const SEALER = new JweTokenSealer([ENTRY])
const HEADER = { alg: 'dir', enc: 'A256GCM', kid: ENTRY.kid, typ: 'challenge+jwt' }
const TOKEN: TokenToSeal = {
  purpose: 'challenge',
  id: 'id-1',
  issuedAt: AT,
  expiresAt: AT + 900,
  statement: { answer: 'keypair' },
}

describe('JweTokenSealer: the token', () => {
  it('is a compact JWE whose header says dir, A256GCM, the first key and the purpose, and nothing else', async () => {
    const sealer = new JweTokenSealer([ENTRY, generateKeyringEntry(new Date())])
    const parts = (await sealer.seal(TOKEN)).split('.')
    expect(parts).to.have.lengthOf(5)
    expect(parts[1]).to.equal('')
    expect(JSON.parse(Buffer.from(parts[0]!, 'base64url').toString())).to.deep.equal(HEADER)
  })

  it('names the other purpose in its type', async () => {
    const [header] = (await SEALER.seal({ ...TOKEN, purpose: 'sync-factor' })).split('.')
    expect(JSON.parse(Buffer.from(header!, 'base64url').toString())).to.have.property('typ', 'sync-factor+jwt')
  })

  it('opens up to 16 KiB', async () => {
    const longest = 12_000
    const token = await SEALER.seal({ ...TOKEN, statement: { text: 'a'.repeat(longest) } })
    expect((await SEALER.open('challenge', token, AT)).outcome).to.equal('valid')
  })

  it('is not made when it would be longer', async () => {
    const sealing = SEALER.seal({ ...TOKEN, statement: { text: 'a'.repeat(12_400) } })
    expect(await sealing.catch((error: unknown) => error)).to.be.instanceOf(RangeError)
  })
})

describe('JweTokenSealer: rotation', () => {
  const [old, next] = [generateKeyringEntry(new Date()), generateKeyringEntry(new Date())]

  const rows = [
    ['opens a token of the second key', [old], [next, old], 'valid'],
    ['opens a token of a key that instances know but do not seal with yet', [next, old], [old, next], 'valid'],
    ['refuses a token of a removed key', [old], [next], 'unknown-key'],
    ['refuses a token of another key under the same kid', [{ ...next, kid: old.kid }], [old], 'invalid'],
    ['refuses a token of the same key under another kid', [{ ...old, kid: next.kid }], [old], 'unknown-key'],
    ['refuses a token under the kid of the wrong one of two keys', [{ ...old, kid: next.kid }], [next, old], 'invalid'],
  ] as const
  for (const [title, sealing, opening, outcome] of rows) {
    it(title, async () => {
      const token = await new JweTokenSealer(sealing).seal(TOKEN)
      expect((await new JweTokenSealer(opening).open('challenge', token, AT)).outcome).to.equal(outcome)
    })
  }

  it('keeps its keys when the given bytes are overwritten', async () => {
    const bytes = Buffer.from(old.key)
    const sealer = new JweTokenSealer([{ kid: old.kid, key: bytes }])
    bytes.fill(0)
    const opened = await new JweTokenSealer([old]).open('challenge', await sealer.seal(TOKEN), AT)
    expect(opened.outcome).to.equal('valid')
  })

  it('shows no key when inspected', () => {
    const shown = inspect(new JweTokenSealer([{ kid: 'a', key: Buffer.alloc(32, 'K') }]), {
      depth: 9,
      showHidden: true,
    })
    expect(shown).not.to.match(/KKK|4b ?4b|75, ?75|S0tL/i)
  })
})

describe('JweTokenSealer: tampering with parts of a token', () => {
  const parts = ['header', 'encrypted key', 'initialization vector', 'ciphertext', 'authentication tag'] as const
  const changes: readonly (readonly [string, (part: Buffer) => Buffer])[] = [
    ['its first bit flipped', (part) => flip(part, 0, 0x80)],
    ['its last bit flipped', (part) => flip(part, part.length - 1, 1)],
    ['a byte more', (part) => Buffer.concat([part, Buffer.alloc(1)])],
    ['a byte less', (part) => part.subarray(0, -1)],
    ['nothing in it', () => Buffer.alloc(0)],
  ]
  for (const [index, name] of parts.entries()) {
    for (const [label, change] of changes) {
      if (name === 'encrypted key' && label !== 'a byte more') continue // it is empty already
      it(`refuses the ${name} with ${label}`, async () => {
        const token = (await SEALER.seal(TOKEN)).split('.')
        token[index] = change(Buffer.from(token[index]!, 'base64url')).toString('base64url')
        expect(await SEALER.open('challenge', token.join('.'), AT)).to.deep.equal({ outcome: 'invalid' })
      })
    }
    it(`refuses the ${name} of another token`, async () => {
      const [token, other] = [
        await SEALER.seal(TOKEN),
        await SEALER.seal({ ...TOKEN, purpose: 'sync-factor', id: 'x' }),
      ]
      const mixed = token.split('.').with(index, other.split('.')[index]!).join('.')
      const outcome = name === 'encrypted key' ? 'valid' : 'invalid'
      expect((await SEALER.open('challenge', mixed, AT)).outcome).to.equal(outcome)
    })
  }

  const headers: readonly (readonly [string, object])[] = [
    ...Object.keys(HEADER).map((name) => [`no ${name}`, { ...HEADER, [name]: undefined }] as const),
    ['alg none', { ...HEADER, alg: 'none' }],
    ['alg A256KW', { ...HEADER, alg: 'A256KW' }],
    ['alg in lower case', { ...HEADER, alg: 'DIR' }],
    ['enc A128GCM', { ...HEADER, enc: 'A128GCM' }],
    ['enc A256CBC-HS512', { ...HEADER, enc: 'A256CBC-HS512' }],
    ['another kid', { ...HEADER, kid: 'other' }],
    ['the other purpose', { ...HEADER, typ: 'sync-factor+jwt' }],
    ['another spelling of its type', { ...HEADER, typ: 'application/challenge+jwt' }],
    ['zip', { ...HEADER, zip: 'DEF' }],
    ['crit', { ...HEADER, crit: ['exp'], exp: 1 }],
    ['a member more', { ...HEADER, x: 1 }],
    ['its members in another order', Object.fromEntries(Object.entries(HEADER).toReversed())],
  ]
  for (const [label, header] of headers) {
    for (const purpose of ['challenge', 'sync-factor'] as const) {
      it(`refuses the header with ${label} as a ${purpose} token`, async () => {
        const forged = (await SEALER.seal(TOKEN)).split('.').with(0, encode(header)).join('.')
        const outcome = label.endsWith(' kid') ? 'unknown-key' : 'invalid'
        expect(await SEALER.open(purpose, forged, AT)).to.deep.equal({ outcome })
      })
    }
  }
})

function encode(value: object): string {
  return base64url.encode(JSON.stringify(value))
}

function flip(part: Buffer, index: number, bit: number): Buffer {
  const flipped = Buffer.from(part)
  flipped[index]! ^= bit
  return flipped
}
