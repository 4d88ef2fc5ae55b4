import { expect } from 'chai'
import fc from 'fast-check'
import { unixSeconds } from '../../application/ports/clock.ts'
import type { IdTokenVerifier, PresentedIdToken, VerifiedIdToken } from '../../application/ports/id-token-verifier.ts'
import { parseEcPublicKey, type EcPublicKey } from '../../domain/ec-public-key.ts'
import { JWS_MUTATIONS, mutateJws } from '../support/compact-jws.ts'
import { P256Keypair } from '../support/keypair.ts'
import { LocalIssuer, type IdTokenOptions } from '../support/local-issuer.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { refusalOf, thrownText } from '../support/refusal.ts'
import { ACCEPTED_ID_TOKENS, REFUSED_ID_TOKENS } from './id-token-verifier.vectors.ts'

/** @param open a verifier with the providers `CLIENTS`, which are all `issuer`, under its name and `ISSUER_ALIAS` */
export function describeIdTokenVerifier(
  adapter: string,
  open: (issuer: LocalIssuer, clock: ManualClock) => IdTokenVerifier,
): void {
  describe(`IdTokenVerifier contract: ${adapter}`, () => {
    const sessionKey = new P256Keypair().publicKey
    let issuer: LocalIssuer
    let clock: ManualClock
    let verifier: IdTokenVerifier

    beforeEach(async () => {
      issuer = await LocalIssuer.start()
      clock = new ManualClock()
      verifier = open(issuer, clock)
    })

    afterEach(() => issuer.stop())

    function idToken(edits: Partial<IdTokenOptions> = {}): string {
      return issuer.idToken({ sessionKey, audience: 'web', now: unixSeconds(clock), ...edits })
    }

    function verify(
      token: string,
      presented: Partial<PresentedIdToken> = {},
      key: EcPublicKey = sessionKey,
    ): Promise<VerifiedIdToken> {
      return verifier.verify({ provider: 'ANY', token, ...presented }, key)
    }

    it('tells who the token is about', async () => {
      const { nonce, ...account } = await verify(idToken({ claims: { sub: 'subject', email: 'a@example.com' } }))
      expect(account).to.deep.equal({ provider: 'ANY', subject: 'subject', email: 'a@example.com' })
      expect(nonce).to.match(/^[0-9a-f]{64}$/)
    })

    it('wants the nonce that the protocol gives as an example', async () => {
      const nonce = '1663bba492a323085b13895634a3618792c4ec6896f3c34ef3c26396df22ef82'
      // 0394e549c71fa99dd5cf752fba623090be314949b74e4cdf7ca72031dd638e281a, uncompressed
      const key = 'BJTlSccfqZ3Vz3UvumIwkL4xSUm3TkzffKcgMd1jjigaCBOfaInZBYNDmEbS0JYb1lRVg0onjX5yOiPLnqrs9Qc='
      const verified = await verify(idToken({ claims: { nonce } }), {}, parseEcPublicKey(key))
      expect(verified.nonce).to.equal(nonce)
    })

    it('takes session keys with an even and with an odd y', async () => {
      const parities = new Set<number>()
      while (parities.size < 2) {
        const key = new P256Keypair().publicKey
        await verify(idToken({ sessionKey: key }), {}, key)
        parities.add(Buffer.from(key, 'base64').readUInt8(64) & 1)
      }
    })

    it('takes a session key that is no point of the curve: the signature check refuses it', async () => {
      const key = parseEcPublicKey(Buffer.concat([Buffer.of(4), Buffer.alloc(64, 1)]).toString('base64'))
      // SHA-256 of 03, then 01 for 32 times, as text
      const nonce = '02b1b4332e82828e8492fc6544758a2e12737c3bb760c9c02e60d77dae058c88'
      expect(await verify(idToken({ claims: { nonce } }), {}, key)).to.have.property('nonce', nonce)
    })

    for (const { title, edits, presented } of ACCEPTED_ID_TOKENS) {
      it(`accepts ${title}`, async () => {
        const token = idToken(edits?.(issuer, unixSeconds(clock)))
        expect(await verify(token, presented)).to.have.property('subject')
      })
    }

    for (const { title, refusal, edits, presented } of REFUSED_ID_TOKENS) {
      it(`refuses ${title} as ${refusal}`, async () => {
        const token = idToken(edits?.(issuer, unixSeconds(clock)))
        expect(await refusalOf(verify(token, presented))).to.equal(refusal)
      })
    }

    for (const mutation of JWS_MUTATIONS) {
      const refusal = mutation.fault === 'malformed' ? 'oidc_token_parse_error' : 'oidc_token_verification_error'
      it(`refuses ${mutation.title} as ${refusal}`, async () => {
        const token = mutateJws(idToken(), mutation, issuer.key)
        expect(await refusalOf(verify(token))).to.equal(refusal)
        expect(await thrownText(verify(token))).to.not.include(token)
      })
    }

    it('refuses the empty text', async () => {
      expect(await refusalOf(verify(''))).to.equal('oidc_token_parse_error')
    })

    it('refuses a token beyond 16 KiB as it refuses what is no token, though it is well signed', async () => {
      const token = idToken({ claims: { long: 'x'.repeat(12 * 1024) } })
      expect(await refusalOf(verify(token))).to.equal('oidc_token_parse_error')
    })

    it('refuses any text, and never fails', async () => {
      const part = fc.oneof(fc.string({ unit: 'binary' }), fc.base64String(), fc.constant('e30'))
      const text = fc.oneof(
        part,
        fc.tuple(part, part, part).map((parts) => parts.join('.')),
      )
      await fc.assert(fc.asyncProperty(text, async (token) => (await refusalOf(verify(token))) !== undefined))
    })

    it('never fails on any header and any claims that the issuer signed', async () => {
      const member = fc.oneof(fc.jsonValue(), fc.constant(undefined))
      const header = fc.record({ crit: member, b64: member, typ: member, cty: member, jwk: member, x5c: member })
      const names = ['iss', 'sub', 'aud', 'email', 'nonce', 'iat', 'exp', 'nbf']
      const claims = fc.dictionary(fc.constantFrom(...names), member)
      const edits = fc.record({ header, claims }, { requiredKeys: [] })
      await fc.assert(
        fc.asyncProperty(edits, async (edited) => {
          await refusalOf(verify(idToken(edited)))
        }),
      )
    })

    it('goes by the clock', async () => {
      const token = idToken({ claims: { exp: unixSeconds(clock) + 3600 } })
      clock.advance(300_000)
      expect(await refusalOf(verify(token))).to.equal(undefined)
      clock.advance(1000)
      expect(await refusalOf(verify(token))).to.equal('oidc_token_verification_error')
    })

    it('says that the service is unavailable when the keys cannot be had', async () => {
      issuer.answer = 'down'
      expect(await refusalOf(verify(idToken()))).to.equal('unavailable')
    })

    for (const { title, edits, presented } of REFUSED_ID_TOKENS) {
      it(`tells nothing of the token when it refuses ${title}`, async () => {
        const { claims, ...rest } = edits?.(issuer, unixSeconds(clock)) ?? {}
        const token = idToken({ ...rest, claims: { given_name: 'Telltale', sub: 'telltale', ...claims } })
        const thrown = await thrownText(verify(token, presented))
        expect(thrown)
          .to.be.a('string')
          .that.does.not.match(/telltale|somebody@/i)
        for (const part of token.split('.')) expect(thrown).to.not.include(part)
      })
    }
  })
}
