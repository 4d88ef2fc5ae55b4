import { expect } from 'chai'
import { JwsRequestAttestor } from '../../../adapters/attestation/jws-request-attestor.ts'
import { JwksSource } from '../../../adapters/signed-tokens/jwks-source.ts'
import type { DomainErrorCode } from '../../../domain/domain-error.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { RecordingEventLog } from '../../support/recording-event-log.ts'
import { refusalOf } from '../../support/refusal.ts'

const BYPASS = 'let me pass'
const REQUEST = { method: 'POST', path: '/v1/verify-factor', body: {} }

describe('JwsRequestAttestor: bypass token', () => {
  const clock = new ManualClock()
  // Discard (RFC 863): nothing answers, and nothing may need an answer.
  const keys = new JwksSource({ url: new URL('http://127.0.0.1:9/'), clock, events: new RecordingEventLog() })

  function attest(token: string | undefined, bypassToken: string | undefined): Promise<DomainErrorCode | undefined> {
    const attestor = new JwsRequestAttestor({ keys, issuer: 'gateway', audience: 'backup', bypassToken }, clock)
    return refusalOf(attestor.attest(token, REQUEST))
  }

  it('attests any request', async () => {
    expect(await attest(BYPASS, BYPASS)).to.equal(undefined)
  })

  const others: readonly (readonly [string, string | undefined, DomainErrorCode])[] = [
    ['the token in capitals', BYPASS.toUpperCase(), 'invalid_attestation_token_header'],
    ['the token with more behind it', `${BYPASS}!`, 'invalid_attestation_token_header'],
    ['the start of the token', BYPASS.slice(0, -1), 'invalid_attestation_token_header'],
    ['another token', 'bypass', 'invalid_attestation_token'],
    ['no token', undefined, 'invalid_attestation_token_header'],
  ]
  for (const [title, token, refusal] of others) {
    it(`does not take ${title} for it`, async () => {
      expect(await attest(token, BYPASS)).to.equal(refusal)
    })
  }

  it('is nothing special where none is configured', async () => {
    expect(await attest(BYPASS, undefined)).to.equal('invalid_attestation_token_header')
  })

  it('attests nothing while it is empty', async () => {
    expect(await attest('', '')).to.equal('invalid_attestation_token_header')
  })
})
