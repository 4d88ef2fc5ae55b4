import { expect } from 'chai'
import { LocalIssuer } from '../support/local-issuer.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { newParts } from '../support/matrix-backup-parts.ts'
import { MatrixBackups } from '../support/matrix-backups.ts'
import { outcomeOf, type Answer, type MatrixClient } from '../support/matrix-client.ts'
import { KeypairHolder, PasskeyHolder, type Holder } from '../support/matrix-holders.ts'
import { MatrixService } from '../support/matrix-service.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const LOGINS = 20

describe('the keys of an OpenID Provider', () => {
  let clock: ManualClock
  let service: MatrixService
  let client: MatrixClient
  let backups: MatrixBackups

  beforeEach(async () => {
    clock = new ManualClock(Date.now())
    service = await MatrixService.start({ clock })
    client = service.client
    backups = new MatrixBackups(client)
  })

  afterEach(() => service.stop())

  it(`are fetched once for ${LOGINS} logins side by side`, async () => {
    const requests = await Promise.all(
      Array.from({ length: LOGINS }, () => creation(service.newHolder('OIDC_ACCOUNT'))),
    )
    service.issuer.answer = 'held'
    const answers = Promise.all(requests.map((send) => send()))
    await fetched()
    service.issuer.release()
    expect((await answers).map(outcomeOf)).to.deep.equal(Array(LOGINS).fill('200'))
    expect(service.issuer.fetches).to.equal(1)
  })

  it(`are fetched once more, not ${LOGINS} times, for tokens that name an unknown key`, async () => {
    await backups.create({ owner: service.newHolder('OIDC_ACCOUNT') })
    const strangers = await LocalIssuer.start()
    const { kid } = strangers.key
    await strangers.stop()
    const answers = await Promise.all(
      Array.from({ length: LOGINS }, async () => (await creation(service.newAccountHolder({ header: { kid } })))()),
    )
    expect(answers.map(outcomeOf)).to.deep.equal(Array(LOGINS).fill('400 oidc_token_verification_error'))
    expect(service.issuer.fetches).to.equal(2)
  })

  it('are fetched anew for a key that the provider has just begun to use', async () => {
    await backups.create({ owner: service.newHolder('OIDC_ACCOUNT') })
    service.issuer.rotate()
    await backups.create({ owner: service.newHolder('OIDC_ACCOUNT') })
    expect(service.issuer.fetches).to.equal(2)
  })

  for (const minutes of [0.5, 2, 59, 61, 180]) {
    it(`serve on ${minutes} minutes after they were fetched though the provider is down`, async () => {
      const owner = service.newHolder('OIDC_ACCOUNT')
      await backups.create({ owner })
      service.issuer.answer = 'down'
      clock.advance(minutes * MINUTE)
      owner.renew()
      await backups.retrieve(owner)
      await backups.retrieve(owner)
    })
  }

  it('are missing while the provider is down from the start: that is told, and used up is nothing', async () => {
    service.issuer.answer = 'down'
    const send = await creation(service.newHolder('OIDC_ACCOUNT'))
    const refused = await send()
    expect(outcomeOf(refused)).to.equal('503 unavailable')
    expect(refused.body).to.have.property('allowRetry', true)
    expect(refused.headers['retry-after']).to.equal('1')

    clock.advance(SECOND)
    expect((await send()).headers['retry-after'], 'the pause is longer now').to.equal('2')
    service.issuer.answer = 'keys'
    expect(outcomeOf(await send())).to.equal('503 unavailable')
    clock.advance(2 * SECOND)
    expect(outcomeOf(await send())).to.equal('200')
  })

  for (const answer of ['down', 'error', 'garbage', 'held'] as const) {
    it(`matter to nobody with a keypair or a passkey: provider ${answer}`, async () => {
      service.issuer.answer = answer
      const login = (await creation(service.newHolder('OIDC_ACCOUNT')))()
      await fetched()

      for (const owner of [new KeypairHolder(), new PasskeyHolder()]) {
        const backup = await backups.create({ owner })
        await backups.retrieve(owner)
        await backups.addFactor(owner)
        await backups.sync(backup)
      }

      service.issuer.release()
      expect(outcomeOf(await login)).to.equal(answer === 'held' ? '200' : '503 unavailable')
    })
  }

  /** A request that creates a backup; its proof is made now. */
  async function creation(owner: Holder): Promise<() => Promise<Answer>> {
    const parts = newParts({ owner })
    const payload = await backups.createPayload(parts)
    return () => client.upload('/create', payload, parts.content)
  }

  /** Until the provider was asked. */
  async function fetched(): Promise<void> {
    while (service.issuer.fetches === 0) await new Promise((resolve) => setImmediate(resolve))
  }
})
