import { expect } from 'chai'
import type { IssuerUnavailable } from '../../../adapters/signed-tokens/issuer-unavailable.ts'
import { JwksSource } from '../../../adapters/signed-tokens/jwks-source.ts'
import { LocalIssuer } from '../../support/local-issuer.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { RecordingEventLog } from '../../support/recording-event-log.ts'
import { refusalOf } from '../../support/refusal.ts'
import { rejectionOf } from '../../support/rejection.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

describe('JwksSource: attempts during an outage', () => {
  let issuer: LocalIssuer
  let clock: ManualClock
  let source: JwksSource
  /** Requests that were started. */
  let attempts: number

  beforeEach(async () => {
    issuer = await LocalIssuer.start()
    clock = new ManualClock()
    attempts = 0
    const fetch: typeof globalThis.fetch = (...request) => {
      attempts += 1
      return globalThis.fetch(...request)
    }
    source = new JwksSource({ url: issuer.jwksUrl, clock, events: new RecordingEventLog(), fetch })
  })

  afterEach(() => issuer.stop())

  async function knows(kid: string): Promise<boolean> {
    return (await source.find('ES256', kid)) !== undefined
  }

  /** Resolves once no request is under way: who asks for an unknown key waits for the one there is. */
  async function refreshed(): Promise<void> {
    await source.find('ES256', 'unknown')
  }

  it('without keys tries again after 1, 2, 4, 8, 16 s and then every 30 s, and refuses at once in between', async () => {
    issuer.answer = 'down'
    const pauses = [1, 2, 4, 8, 16, 30, 30].map((seconds) => seconds * SECOND)
    expect(await refusalOf(knows(issuer.key.kid))).to.equal('unavailable')
    for (const [index, pause] of pauses.entries()) {
      clock.advance(pause - 1)
      expect(await refusalOf(knows(issuer.key.kid))).to.equal('unavailable')
      expect(attempts).to.equal(index + 1)
      clock.advance(1)
      expect(await refusalOf(knows(issuer.key.kid))).to.equal('unavailable')
      expect(attempts).to.equal(index + 2)
    }
  })

  it('with keys to serve tries again after 30 s, 1 minute and then every 2 minutes', async () => {
    await knows(issuer.key.kid)
    issuer.answer = 'down'
    clock.advance(MINUTE)
    await refreshed()
    for (const [index, pause] of [30 * SECOND, MINUTE, 2 * MINUTE, 2 * MINUTE].entries()) {
      clock.advance(pause - 1)
      await refreshed()
      expect(attempts).to.equal(index + 2)
      clock.advance(1)
      await refreshed()
      expect(attempts).to.equal(index + 3)
    }
  })

  it('tries again every 30 s once the keys are too old to be served', async () => {
    await knows(issuer.key.kid)
    issuer.answer = 'down'
    clock.advance(24 * HOUR)
    for (let failures = 1; failures <= 6; failures += 1) {
      await refusalOf(knows(issuer.key.kid))
      clock.advance(30 * SECOND)
    }
    expect(attempts).to.equal(7)
  })

  it('says in how many seconds it tries again', async () => {
    issuer.answer = 'down'
    const retryAfter = async () => ((await rejectionOf(knows(issuer.key.kid))) as IssuerUnavailable).retryAfter
    expect(await retryAfter()).to.equal(1)
    clock.advance(SECOND)
    expect(await retryAfter()).to.equal(2)
    clock.advance(1)
    expect(await retryAfter(), 'rounded up').to.equal(2)
    clock.advance(SECOND)
    expect(await retryAfter()).to.equal(1)
    clock.advance(SECOND - 1)
    expect(await retryAfter()).to.equal(4)
  })
})
