import { expect } from 'chai'
import { base64url, CompactEncrypt, EncryptJWT, FlattenedEncrypt, SignJWT, UnsecuredJWT, type JWTPayload } from 'jose'
import type { TokenToSeal } from '../../application/ports/token-sealer.ts'
import { generateKeyringEntry } from '../../adapters/jose/keyring.ts'
import { JweTokenSealer } from '../../adapters/jose/jwe-token-sealer.ts'

const AT = 1_767_225_600
const ENTRY = generateKeyringEntry(new Date())
const { kid, key } = ENTRY
const SEALER = new JweTokenSealer([ENTRY])
const HEADER = { alg: 'dir', enc: 'A256GCM', kid, typ: 'challenge+jwt' }
const CLAIMS: JWTPayload = { jti: 'id-1', iat: AT, exp: AT + 900, statement: { answer: 'keypair' } }
const TOKEN: TokenToSeal = {
  purpose: 'challenge',
  id: 'id-1',
  issuedAt: AT,
  expiresAt: AT + 900,
  statement: { answer: 'keypair' },
}

type Header = Record<string, unknown> & { readonly alg: string; readonly enc: string }

describe('JweTokenSealer: tokens made elsewhere', () => {
  it('opens what the same header, claims and key give elsewhere', async () => {
    expect((await SEALER.open('challenge', await jwt(HEADER, CLAIMS), AT)).outcome).to.equal('valid')
  })

  const made: readonly (readonly [string, () => Promise<string> | string])[] = [
    // With our key.
    ['A128CBC-HS256, whose keys are as long', async () => jwt({ ...HEADER, enc: 'A128CBC-HS256' }, CLAIMS)],
    ['A256KW', async () => jwt({ ...HEADER, alg: 'A256KW' }, CLAIMS)],
    ['A256GCMKW', async () => jwt({ ...HEADER, alg: 'A256GCMKW' }, CLAIMS)],
    ['PBES2', async () => jwt({ ...HEADER, alg: 'PBES2-HS256+A128KW', p2c: 1000 }, CLAIMS)],
    ['compression', async () => jwt({ ...HEADER, zip: 'DEF' }, CLAIMS)],
    ['a critical extension', async () => jwt({ ...HEADER, crit: ['urn:x'], 'urn:x': 1 }, CLAIMS)],
    ['no kid', async () => jwt({ ...HEADER, kid: undefined }, CLAIMS)],
    ['an empty kid', async () => jwt({ ...HEADER, kid: '' }, CLAIMS)],
    ['a kid that is no text', async () => jwt({ ...HEADER, kid: [kid] }, CLAIMS)],
    ['an unknown kid', async () => jwt({ ...HEADER, kid: 'unknown' }, CLAIMS)],
    ['a kid named as a property of objects', async () => jwt({ ...HEADER, kid: '__proto__' }, CLAIMS)],
    ['no type', async () => jwt({ ...HEADER, typ: undefined }, CLAIMS)],
    ['the type JWT', async () => jwt({ ...HEADER, typ: 'JWT' }, CLAIMS)],
    ['a type that is no text', async () => jwt({ ...HEADER, typ: ['challenge+jwt'] }, CLAIMS)],
    ...['jti', 'iat', 'exp', 'statement'].map((claim) => without(claim)),
    ...[1, null, ['id-1']].map((jti) => withClaims('jti', { ...CLAIMS, jti })),
    ...['1', null].map((iat) => withClaims('iat', { ...CLAIMS, iat })),
    ...['9999999999', null, [AT + 900]].map((exp) => withClaims('exp', { ...CLAIMS, exp })),
    ...['{}', 1, null, true, [{}]].map((statement) => withClaims('statement', { ...CLAIMS, statement })),
    ['a JSON array inside', async () => jwe('[]')],
    ['null inside', async () => jwe('null')],
    ['no JSON inside', async () => jwe('{"jti":')],
    ['nothing inside', async () => jwe('')],
    ['bytes that are no UTF-8 inside', async () => jwe(Buffer.from('7b22a0223a317d', 'hex'))],
    ['one of our tokens inside', async () => jwe(await SEALER.seal(TOKEN))],
    ['one of our tokens in its statement', async () => jwt(HEADER, { ...CLAIMS, statement: await SEALER.seal(TOKEN) })],
    ['more than 16 KiB', async () => jwt(HEADER, { ...CLAIMS, statement: { text: 'a'.repeat(12_400) } })],
    // Other members of the JOSE family, and no token at all.
    ['a JWS by our key', async () => new SignJWT(CLAIMS).setProtectedHeader({ ...HEADER, alg: 'HS256' }).sign(key)],
    ['an unsecured JWT', () => new UnsecuredJWT(CLAIMS).encode()],
    [
      'an unsecured JWT of five parts',
      () => `${encode({ ...HEADER, alg: 'none' })}..AAAAAAAAAAAAAAAA.${encode(CLAIMS)}.`,
    ],
    ['the JSON serialization', async () => JSON.stringify(await flattened())],
    ['the claims as JSON', () => JSON.stringify(CLAIMS)],
    ['nothing', () => ''],
    ['four dots', () => '....'],
    ['six parts', async () => `${await SEALER.seal(TOKEN)}.AAAA`],
    ['four parts', async () => (await SEALER.seal(TOKEN)).replace('..', '.')],
  ]
  for (const [label, make] of made) {
    it(`refuses ${label}`, async () => {
      const outcome = /\bkid\b/.test(label) ? 'unknown-key' : 'invalid'
      expect(await SEALER.open('challenge', await make(), AT)).to.deep.equal({ outcome })
    })
  }

  for (const claim of ['jti', 'iat', 'statement']) {
    it(`finds an expired token without ${claim} invalid, not expired`, async () => {
      const { [claim]: _, ...rest } = CLAIMS
      expect(await SEALER.open('challenge', await jwt(HEADER, rest), AT + 900)).to.deep.equal({ outcome: 'invalid' })
    })
  }
})

async function jwt(header: Header, claims: object): Promise<string> {
  const crit = 'crit' in header ? { crit: { 'urn:x': true } } : {}
  return new EncryptJWT({ ...claims }).setProtectedHeader(header).encrypt(key, crit)
}

async function jwe(plaintext: string | Uint8Array): Promise<string> {
  return new CompactEncrypt(Buffer.from(plaintext)).setProtectedHeader(HEADER).encrypt(key)
}

async function flattened(): Promise<object> {
  return new FlattenedEncrypt(Buffer.from(JSON.stringify(CLAIMS))).setProtectedHeader(HEADER).encrypt(key)
}

function without(claim: string): readonly [string, () => Promise<string>] {
  const { [claim]: _, ...rest } = CLAIMS
  return [`no ${claim} claim`, async () => jwt(HEADER, rest)]
}

function withClaims(claim: string, claims: Record<string, unknown>): readonly [string, () => Promise<string>] {
  return [`a ${claim} claim of ${JSON.stringify(claims[claim])}`, async () => jwe(JSON.stringify(claims))]
}

function encode(value: object): string {
  return base64url.encode(JSON.stringify(value))
}
