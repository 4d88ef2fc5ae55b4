import { expect } from 'chai'
import { KeyedTokenSealer } from './support/fakes/keyed-token-sealer.ts'

const TOKEN = { purpose: 'challenge', id: 'an id', issuedAt: 100, expiresAt: 200, statement: { says: 'this' } } as const

describe('KeyedTokenSealer', () => {
  const sealer = new KeyedTokenSealer('a key')

  it('opens what an instance with the same key sealed', async () => {
    const opened = await new KeyedTokenSealer('a key').open('challenge', await sealer.seal(TOKEN), 199)
    expect(opened).to.deep.equal({ outcome: 'valid', id: 'an id', expiresAt: 200, statement: { says: 'this' } })
  })

  const others = [
    ['another key', 'another key', 'challenge', '', 199, 'invalid'],
    ['another purpose', 'a key', 'sync-factor', '', 199, 'invalid'],
    ['a change', 'a key', 'challenge', 'x', 199, 'invalid'],
    ['no time left', 'a key', 'challenge', '', 200, 'expired'],
  ] as const
  for (const [label, key, purpose, change, at, outcome] of others) {
    it(`finds a token with ${label} ${outcome}`, async () => {
      const token = (await sealer.seal(TOKEN)) + change
      expect(await new KeyedTokenSealer(key).open(purpose, token, at)).to.deep.equal({ outcome })
    })
  }
})
