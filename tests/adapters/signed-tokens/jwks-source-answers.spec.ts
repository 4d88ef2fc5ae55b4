import { expect } from 'chai'
import { IssuerUnavailable } from '../../../adapters/signed-tokens/issuer-unavailable.ts'
import { JwksSource } from '../../../adapters/signed-tokens/jwks-source.ts'
import { LocalIssuer, type JwksAnswer } from '../../support/local-issuer.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { RecordingEventLog } from '../../support/recording-event-log.ts'
import { refusalOf } from '../../support/refusal.ts'
import { rejectionOf } from '../../support/rejection.ts'

type BadAnswer = readonly [answer: JwksAnswer, reason: RegExp]

const MINUTE = 60_000
const MAX_BYTES = 256 * 1024

const BAD_ANSWERS: readonly BadAnswer[] = [
  ['down', /fetch failed/],
  ['error', /status 503/],
  ['redirect', /fetch failed/],
  ['garbage', /not JSON/],
  ['no-keys', /no usable key/],
  ['oversized', /more than 262144 bytes/],
]
/** Only the time-out ends these. */
const HANGING_ANSWERS: readonly BadAnswer[] = [
  ['held', /timeout/],
  ['endless', /timeout/],
]

describe('JwksSource: answers of the issuer', () => {
  let issuer: LocalIssuer
  let clock: ManualClock
  let log: RecordingEventLog

  beforeEach(async () => {
    issuer = await LocalIssuer.start()
    clock = new ManualClock()
    log = new RecordingEventLog()
  })

  afterEach(() => issuer.stop())

  function openSource(timeoutMs = 5000): JwksSource {
    return new JwksSource({ url: issuer.jwksUrl, clock, events: log, timeoutMs })
  }

  for (const [answer, reason] of [...BAD_ANSWERS, ...HANGING_ANSWERS]) {
    it(`is unavailable when the first answer is ${answer}`, async () => {
      issuer.answer = answer
      const source = openSource(answer === 'held' || answer === 'endless' ? 20 : undefined)
      expect(await refusalOf(source.find('ES256', issuer.key.kid))).to.equal('unavailable')
      expect(log.events[0]?.cause).to.have.property('message').that.matches(reason)
    })
  }

  for (const [answer] of BAD_ANSWERS) {
    it(`keeps the keys it has when the next answer is ${answer}`, async () => {
      const source = openSource()
      await source.find('ES256', issuer.key.kid)
      issuer.answer = answer
      clock.advance(MINUTE)
      await source.find('ES256', 'unknown') // waits for the attempt
      expect(log.events).to.have.lengthOf(1)
      expect(await source.find('ES256', issuer.key.kid)).to.not.equal(undefined)
    })
  }

  it('does not go where a redirect points to', async () => {
    issuer.answer = 'redirect'
    await refusalOf(openSource().find('ES256', issuer.key.kid))
    expect(issuer.fetches).to.equal(1)
    expect(issuer.redirected).to.equal(0)
  })

  for (const [title, excess, expected] of [
    ['reads a JWK Set of 256 KiB', 0, undefined],
    ['refuses a JWK Set of one byte more', 1, 'unavailable'],
  ] as const) {
    it(title, async () => {
      const size = (): number => JSON.stringify({ keys: issuer.jwks }).length
      issuer.jwks.unshift('')
      issuer.jwks[0] = 'x'.repeat(MAX_BYTES - size() + excess)
      expect(size()).to.equal(MAX_BYTES + excess)
      expect(await refusalOf(openSource().find('ES256', issuer.key.kid))).to.equal(expected)
    })
  }

  it('names what it could not reach, without the query', async () => {
    issuer.answer = 'down'
    const url = new URL('?token=secret', issuer.jwksUrl)
    const source = new JwksSource({ url, clock, events: log })
    expect(await rejectionOf(source.find('ES256', 'any')))
      .to.be.instanceOf(IssuerUnavailable)
      .with.property('operation', `GET ${issuer.jwksUrl.href}`)
  })
})
