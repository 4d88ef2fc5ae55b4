import { expect } from 'chai'
import { JwksSource } from '../../../adapters/signed-tokens/jwks-source.ts'
import { LocalIssuer } from '../../support/local-issuer.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { RecordingEventLog } from '../../support/recording-event-log.ts'
import { refusalOf } from '../../support/refusal.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

describe('JwksSource', () => {
  let issuer: LocalIssuer
  let clock: ManualClock
  let log: RecordingEventLog
  let source: JwksSource
  /** Requests that were started, whether they have arrived or not. */
  let attempts: number

  beforeEach(async () => {
    issuer = await LocalIssuer.start()
    clock = new ManualClock()
    log = new RecordingEventLog()
    attempts = 0
    const fetch: typeof globalThis.fetch = (...request) => {
      attempts += 1
      return globalThis.fetch(...request)
    }
    // Whoever waits for an issuer that hangs waits longer than a test may last.
    source = new JwksSource({ url: issuer.jwksUrl, clock, events: log, fetch, timeoutMs: HOUR })
  })

  afterEach(() => issuer.stop())

  async function knows(kid: string): Promise<boolean> {
    return (await source.find('ES256', kid)) !== undefined
  }

  /** Resolves once no request is under way: who asks for an unknown key waits for the one there is. */
  async function refreshed(): Promise<void> {
    await source.find('ES256', 'unknown')
  }

  describe('fetching', () => {
    it('fetches once for all who wait on an empty cache', async () => {
      const found = await Promise.all(Array.from({ length: 20 }, () => knows(issuer.key.kid)))
      expect(found).to.deep.equal(Array.from({ length: 20 }, () => true))
      expect(attempts).to.equal(1)
      expect(issuer.fetches).to.equal(1)
    })

    it('fetches nothing before it is asked', () => {
      expect(attempts).to.equal(0)
    })

    it('fetches nothing while the keys are less than a minute old', async () => {
      await knows(issuer.key.kid)
      clock.advance(MINUTE - 1)
      expect(await knows(issuer.key.kid)).to.be.true
      expect(attempts).to.equal(1)
    })

    it('serves keys of a minute ago while one request refreshes them', async () => {
      await knows(issuer.key.kid)
      clock.advance(MINUTE)
      issuer.answer = 'held'
      for (let use = 0; use < 20; use += 1) expect(await knows(issuer.key.kid)).to.be.true
      expect(attempts).to.equal(2)
      const waiting = refreshed()
      issuer.release()
      await waiting
      expect(attempts).to.equal(2)
    })

    it('forgets what was withdrawn once they are refreshed', async () => {
      const { kid } = issuer.key
      await knows(kid)
      issuer.rotate()
      clock.advance(MINUTE)
      expect(await knows(kid)).to.be.true
      await refreshed()
      expect(await knows(kid)).to.be.false
    })

    it('starts counting anew when they are refreshed', async () => {
      await knows(issuer.key.kid)
      clock.advance(MINUTE)
      await knows(issuer.key.kid)
      await refreshed()
      clock.advance(MINUTE - 1)
      await knows(issuer.key.kid)
      expect(attempts).to.equal(2)
    })

    it('serves no keys of an hour ago while the issuer answers', async () => {
      const { kid } = issuer.key
      await knows(kid)
      issuer.rotate()
      clock.advance(HOUR)
      expect(await knows(kid)).to.be.false
      expect(attempts).to.equal(2)
    })
  })

  describe('unknown keys', () => {
    it('finds a new key without waiting for the next refresh', async () => {
      await knows(issuer.key.kid)
      const { kid } = issuer.rotate()
      expect(await knows(kid)).to.be.true
      expect(attempts).to.equal(2)
    })

    it('asks once for all of them within 30 s', async () => {
      await knows(issuer.key.kid)
      await Promise.all(Array.from({ length: 20 }, (_, index) => knows(`unknown ${index}`)))
      clock.advance(30 * SECOND - 1)
      await knows('unknown')
      expect(attempts).to.equal(2)
    })

    it('asks again after 30 s', async () => {
      await knows(issuer.key.kid)
      await knows('unknown')
      clock.advance(30 * SECOND)
      await knows('unknown')
      expect(attempts).to.equal(3)
    })

    it('does not ask again when the keys were fetched for the same call', async () => {
      expect(await knows('unknown')).to.be.false
      expect(attempts).to.equal(1)
    })

    it('keeps nobody waiting whose key is known', async () => {
      await knows(issuer.key.kid)
      issuer.answer = 'held'
      const unknown = knows('unknown')
      expect(await knows(issuer.key.kid)).to.be.true
      issuer.release()
      expect(await unknown).to.be.false
    })

    it('takes a key for the algorithm it is for', async () => {
      expect(await source.find('RS256', issuer.key.kid)).to.equal(undefined)
    })
  })

  describe('outages', () => {
    it('is unavailable when there are no keys yet', async () => {
      issuer.answer = 'down'
      expect(await refusalOf(knows(issuer.key.kid))).to.equal('unavailable')
    })

    it('recovers with the first attempt that succeeds', async () => {
      issuer.answer = 'down'
      await refusalOf(knows(issuer.key.kid))
      issuer.answer = 'keys'
      clock.advance(30 * SECOND)
      expect(await knows(issuer.key.kid)).to.be.true
    })

    it('backs off from the start again in the next outage', async () => {
      issuer.answer = 'down'
      await refusalOf(knows(issuer.key.kid))
      clock.advance(30 * SECOND)
      issuer.answer = 'keys'
      await knows(issuer.key.kid)
      issuer.answer = 'down'
      clock.advance(MINUTE)
      await refreshed()
      clock.advance(30 * SECOND)
      await refreshed()
      expect(attempts).to.equal(4)
    })

    for (const [title, age] of [
      ['an hour', HOUR],
      ['almost a day', 24 * HOUR - 1],
    ] as const) {
      it(`goes on serving keys of ${title} ago`, async () => {
        await knows(issuer.key.kid)
        issuer.answer = 'down'
        clock.advance(age)
        expect(await knows(issuer.key.kid)).to.be.true
      })
    }

    it('serves no keys of a day ago', async () => {
      await knows(issuer.key.kid)
      issuer.answer = 'down'
      clock.advance(24 * HOUR)
      expect(await refusalOf(knows(issuer.key.kid))).to.equal('unavailable')
    })

    it('keeps nobody waiting once it is known', async () => {
      await knows(issuer.key.kid)
      issuer.answer = 'down'
      clock.advance(2 * HOUR)
      await knows(issuer.key.kid)
      clock.advance(30 * SECOND)
      issuer.answer = 'held'
      expect(await knows(issuer.key.kid)).to.be.true
      const waiting = refreshed()
      issuer.release()
      await waiting
      expect(attempts).to.equal(3)
    })

    it('refuses unknown keys without trying more often', async () => {
      await knows(issuer.key.kid)
      issuer.answer = 'down'
      clock.advance(MINUTE)
      await refreshed()
      for (let second = 0; second < 29; second += 1) {
        clock.advance(SECOND)
        expect(await knows('unknown')).to.be.false
      }
      expect(attempts).to.equal(2)
    })

    it('are told to the operator, once for each attempt', async () => {
      issuer.answer = 'error'
      await Promise.all([refusalOf(knows('a')), refusalOf(knows('b'))])
      clock.advance(30 * SECOND)
      await refusalOf(knows('a'))
      expect(log.events.map(({ event, fields }) => ({ event, ...fields }))).to.deep.equal([
        { event: 'jwks_fetch_failed', host: issuer.jwksUrl.host, failures: 1 },
        { event: 'jwks_fetch_failed', host: issuer.jwksUrl.host, failures: 2 },
      ])
    })
  })
})
