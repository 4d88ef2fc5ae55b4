import { expect } from 'chai'
import fc from 'fast-check'
import { unixSeconds } from '../../application/ports/clock.ts'
import type { AttestedRequest, RequestAttestor } from '../../application/ports/request-attestor.ts'
import type { JsonValue } from '../../domain/json.ts'
import { JWS_MUTATIONS, mutateJws } from '../support/compact-jws.ts'
import { LocalIssuer, type AttestationTokenOptions } from '../support/local-issuer.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { refusalOf, thrownText } from '../support/refusal.ts'
import { ACCEPTED_ATTESTATIONS, AUDIENCE, REFUSED_ATTESTATIONS, REQUEST } from './request-attestor.vectors.ts'

/** @param open an attestor that trusts `gateway`, for `AUDIENCE`, and knows no token that attests everything */
export function describeRequestAttestor(
  adapter: string,
  open: (gateway: LocalIssuer, clock: ManualClock) => RequestAttestor,
): void {
  describe(`RequestAttestor contract: ${adapter}`, () => {
    let gateway: LocalIssuer
    let clock: ManualClock
    let attestor: RequestAttestor

    beforeEach(async () => {
      gateway = await LocalIssuer.start()
      clock = new ManualClock()
      attestor = open(gateway, clock)
    })

    afterEach(() => gateway.stop())

    function attestation(edits: Partial<AttestationTokenOptions> = {}): string {
      return gateway.attestationToken({ audience: AUDIENCE, request: REQUEST, now: unixSeconds(clock), ...edits })
    }

    function attest(token: string | undefined, arriving: Partial<AttestedRequest> = {}): Promise<void> {
      return attestor.attest(token, { ...REQUEST, ...arriving })
    }

    for (const { title, edits, arriving } of ACCEPTED_ATTESTATIONS) {
      it(`accepts ${title}`, async () => {
        const token = attestation(edits?.(gateway, unixSeconds(clock)))
        expect(await refusalOf(attest(token, arriving))).to.equal(undefined)
      })
    }

    for (const { title, refusal, edits, arriving } of REFUSED_ATTESTATIONS) {
      it(`refuses ${title} as ${refusal}`, async () => {
        const token = attestation(edits?.(gateway, unixSeconds(clock)))
        expect(await refusalOf(attest(token, arriving))).to.equal(refusal)
      })
    }

    for (const mutation of JWS_MUTATIONS) {
      it(`refuses ${mutation.title} as invalid_attestation_token`, async () => {
        const token = mutateJws(attestation(), mutation, gateway.key)
        expect(await refusalOf(attest(token))).to.equal('invalid_attestation_token')
        expect(await thrownText(attest(token))).to.not.include(token)
      })
    }

    const headers: readonly (readonly [string, string | undefined])[] = [
      ['no header', undefined],
      ['an empty header', ''],
      ['several tokens', 'e30.e30.AAAA, e30.e30.AAAA'],
      ['a token with white space', 'e30.e30 .AAAA'],
      ['what a header cannot be', 'é'],
    ]
    for (const [title, value] of headers) {
      it(`refuses ${title} as invalid_attestation_token_header`, async () => {
        expect(await refusalOf(attest(value))).to.equal('invalid_attestation_token_header')
      })
    }

    it('refuses any header value, and never fails', async () => {
      const part = fc.oneof(fc.string({ unit: 'binary' }), fc.base64String(), fc.constant('e30'))
      const value = fc.oneof(
        part,
        fc.tuple(part, part, part).map((parts) => parts.join('.')),
      )
      await fc.assert(fc.asyncProperty(value, async (token) => (await refusalOf(attest(token))) !== undefined))
    })

    it('attests no body but the one that the token is for', async () => {
      const token = attestation()
      const body = fc.json().map((json) => JSON.parse(json) as JsonValue)
      await fc.assert(
        fc.asyncProperty(body, async (other) => (await refusalOf(attest(token, { body: other }))) !== undefined),
      )
    })

    it('goes by the clock', async () => {
      const token = attestation()
      clock.advance(299_000)
      expect(await refusalOf(attest(token))).to.equal(undefined)
      clock.advance(1000)
      expect(await refusalOf(attest(token))).to.equal('invalid_attestation_token')
    })

    it('says that the service is unavailable when the keys cannot be had', async () => {
      gateway.answer = 'down'
      expect(await refusalOf(attest(attestation()))).to.equal('unavailable')
    })

    for (const { title, edits, arriving } of REFUSED_ATTESTATIONS) {
      it(`tells nothing of the token when it refuses ${title}`, async () => {
        const { claims, ...rest } = edits?.(gateway, unixSeconds(clock)) ?? {}
        const token = attestation({ ...rest, claims: { device: 'telltale', ...claims } })
        const thrown = await thrownText(attest(token, arriving))
        expect(thrown).to.be.a('string').that.does.not.include('telltale')
        for (const part of token.split('.')) expect(thrown).to.not.include(part)
      })
    }
  })
}
