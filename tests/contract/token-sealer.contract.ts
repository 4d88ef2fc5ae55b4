import { expect } from 'chai'
import fc from 'fast-check'
import type { TokenPurpose, TokenSealer, TokenToSeal } from '../../application/ports/token-sealer.ts'
import type { JsonObject } from '../../domain/json.ts'

const ISSUED_AT = 1_767_225_600
const EXPIRES_AT = ISSUED_AT + 900
/** Whether its key is known or not: where tokens name theirs, a change can make it another. */
const NOT_OURS = [{ outcome: 'invalid' }, { outcome: 'unknown-key' }]
const PURPOSES = ['challenge', 'sync-factor'] as const

const TOKEN: TokenToSeal = {
  purpose: 'challenge',
  id: '1f0e0f4b-7c5a-4d0e-9a43-0f6f0a3f7b11',
  issuedAt: ISSUED_AT,
  expiresAt: EXPIRES_AT,
  statement: { context: { operation: 'delete-factor', factorId: 'f-1' }, answer: 'keypair', challenge: 'AAAA' },
}

const STATEMENTS: readonly (readonly [string, string])[] = [
  ['nothing', '{}'],
  ['every kind of JSON value', '{"a":null,"b":true,"c":-1.5e-7,"d":"","e":[],"f":{}}'],
  ['nested arrays and objects', '{"a":[{"b":[[1,{"c":[null]}]]}]}'],
  ['text of several scripts', '{"naïve":"日本語 🙂 \u202eעברית"}'],
  ['control characters and quotes', '{"a":"\\u0000\\n\\"\\\\"}'],
  ['a lone surrogate', '{"a":"\\ud800"}'],
  ['an empty name', '{"":1}'],
  ['names of JWT claims', '{"exp":1,"iat":2,"jti":"other","nbf":99999999999}'],
  ['a member named __proto__', '{"__proto__":{"admin":true},"constructor":{"prototype":1}}'],
  ['a large number', '{"a":9007199254740991}'],
]

/** @param open a sealer with keys of its own: two calls give two installations that know nothing of each other */
export function describeTokenSealer(adapter: string, open: () => TokenSealer): void {
  describe(`TokenSealer contract: ${adapter}`, () => {
    for (const [label, json] of STATEMENTS) {
      it(`gives back a statement of ${label}`, async () => {
        const sealer = open()
        const statement = parseStatement(json)
        const opened = await sealer.open('challenge', await sealer.seal({ ...TOKEN, statement }), ISSUED_AT)
        expect(opened.outcome === 'valid' && JSON.stringify(opened.statement)).to.equal(JSON.stringify(statement))
        expect(opened.outcome === 'valid' && Object.getPrototypeOf(opened.statement)).to.equal(Object.prototype)
      })
    }

    it('gives back the id and the time of expiry, and nothing else', async () => {
      const sealer = open()
      expect(await sealer.open('challenge', await sealer.seal(TOKEN), ISSUED_AT)).to.deep.equal({
        outcome: 'valid',
        id: TOKEN.id,
        expiresAt: EXPIRES_AT,
        statement: TOKEN.statement,
      })
    })

    for (const sealed of PURPOSES) {
      for (const opened of PURPOSES) {
        const outcome = sealed === opened ? 'valid' : 'invalid'
        it(`finds a ${sealed} token ${outcome} as a ${opened} token`, async () => {
          const sealer = open()
          const token = await sealer.seal({ ...TOKEN, purpose: sealed })
          expect((await sealer.open(opened, token, ISSUED_AT)).outcome).to.equal(outcome)
        })
      }
    }

    const times = [
      ['a day before it was issued', ISSUED_AT - 86_400, 'valid'],
      ['when it was issued', ISSUED_AT, 'valid'],
      ['in its last second', EXPIRES_AT - 1, 'valid'],
      ['at its expiry', EXPIRES_AT, 'expired'],
      ['a second after its expiry', EXPIRES_AT + 1, 'expired'],
      ['years after its expiry', EXPIRES_AT + 1e8, 'expired'],
    ] as const
    for (const [label, at, outcome] of times) {
      it(`finds a token ${outcome} ${label}`, async () => {
        const sealer = open()
        expect((await sealer.open('challenge', await sealer.seal(TOKEN), at)).outcome).to.equal(outcome)
      })
    }

    it('says no more of an expired token than that', async () => {
      const sealer = open()
      const opened = await sealer.open('challenge', await sealer.seal(TOKEN), EXPIRES_AT)
      expect(opened).to.deep.equal({ outcome: 'expired' })
    })

    it('finds an expired token of the other purpose invalid', async () => {
      const sealer = open()
      const opened = await sealer.open('sync-factor', await sealer.seal(TOKEN), EXPIRES_AT + 1)
      expect(opened).to.deep.equal({ outcome: 'invalid' })
    })

    for (const at of [ISSUED_AT, EXPIRES_AT + 1]) {
      it(`does not open a token of another installation at ${at}`, async () => {
        const token = await open().seal(TOKEN)
        const opened = await open().open('challenge', token, at)
        expect(NOT_OURS).to.deep.include(opened)
      })
    }

    it('never makes the same token twice', async () => {
      const sealer = open()
      expect(await sealer.seal(TOKEN)).not.to.equal(await sealer.seal(TOKEN))
    })

    it('hides the statement', async () => {
      const token = await open().seal({ ...TOKEN, statement: { secret: 'delete-factor f-1' } })
      const readings = [token, ...token.split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1'))]
      expect(readings.filter((reading) => /secret|delete-factor/.test(reading))).to.deep.equal([])
    })

    it('makes tokens that go into a JSON text or a URL as they are', async () => {
      expect(await open().seal(TOKEN)).to.match(/^[\w.-]+$/)
    })

    describe('with one token in many disguises', () => {
      const alterations: readonly (readonly [string, (token: string, index: number) => string])[] = [
        ['replaced', (token, index) => token.slice(0, index) + otherCharacter(token[index]!) + token.slice(index + 1)],
        ['removed', (token, index) => token.slice(0, index) + token.slice(index + 1)],
        ['doubled', (token, index) => token.slice(0, index) + token[index]! + token.slice(index)],
        ['in front of a line feed', (token, index) => `${token.slice(0, index + 1)}\n${token.slice(index + 1)}`],
        ['in front of padding', (token, index) => `${token.slice(0, index + 1)}=${token.slice(index + 1)}`],
        ['at its end', (token, index) => token.slice(0, index)],
      ]
      for (const [label, alter] of alterations) {
        it(`does not open it with any character ${label}`, async () => {
          const sealer = open()
          const token = await sealer.seal(TOKEN)
          const accepted = []
          for (let index = 0; index < token.length; index += 1) {
            const { outcome } = await sealer.open('challenge', alter(token, index), ISSUED_AT)
            if (!NOT_OURS.some((refused) => refused.outcome === outcome)) accepted.push([index, outcome])
          }
          expect(accepted).to.deep.equal([])
        })
      }
    })

    it('finds a token of 16 KiB and more invalid', async () => {
      const sealer = open()
      for (const length of [16_384, 16_385, 1_000_000]) {
        expect(await sealer.open('challenge', 'A'.repeat(length), ISSUED_AT)).to.deep.equal({ outcome: 'invalid' })
      }
    })

    for (const [label, text] of [
      ['any text', fc.string({ unit: 'binary', maxLength: 200 })],
      ['dotted base64url', fc.stringMatching(/^[\w-]{0,20}(\.[\w-]{0,20}){0,6}$/)],
      ['a JSON header and anything', fc.json().map((json) => `${Buffer.from(json).toString('base64url')}..AA.AA.AA`)],
    ] as const) {
      it(`finds ${label} invalid and never throws`, async () => {
        const sealer = open()
        await fc.assert(
          fc.asyncProperty(text, fc.constantFrom<TokenPurpose>(...PURPOSES), async (token, purpose) => {
            expect(await sealer.open(purpose, token, ISSUED_AT)).to.deep.equal({ outcome: 'invalid' })
          }),
        )
      })
    }

    it('gives back any JSON object', async () => {
      const sealer = open()
      await fc.assert(
        fc.asyncProperty(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), async (made) => {
          const statement = parseStatement(JSON.stringify(made))
          const opened = await sealer.open('challenge', await sealer.seal({ ...TOKEN, statement }), ISSUED_AT)
          expect(opened.outcome === 'valid' && JSON.stringify(opened.statement)).to.equal(JSON.stringify(statement))
        }),
      )
    })
  })
}

function parseStatement(json: string): JsonObject {
  return JSON.parse(json) as JsonObject
}

/** Differs in the lowest bit, which the last character of a part may not even use. */
function otherCharacter(character: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const index = alphabet.indexOf(character)
  return index < 0 ? 'A' : alphabet[index ^ 1]!
}
