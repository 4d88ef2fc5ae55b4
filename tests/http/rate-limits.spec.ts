import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { authorizationBy, BackupClient } from '../support/http-backup-client.ts'
import { jsonRequest, type Answer } from '../support/http-client.ts'
import { useService } from '../support/http-service.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { P256Keypair } from '../support/keypair.ts'

const CHALLENGE = '/v1/sync/challenge/keypair'
const LIMIT = 3

function from(address: string) {
  return { path: CHALLENGE, headers: { 'x-forwarded-for': address } }
}

function expectTooMany({ outcome, body, headers }: Answer): void {
  expect(outcome).to.equal('429 too_many_requests')
  expect(body).to.have.property('allowRetry', true)
  expect(Number(headers.get('retry-after'))).to.be.within(1, 60)
}

describe('Requests of one address', () => {
  const service = useService({ variables: { RATE_LIMIT_PER_MINUTE: String(LIMIT), TRUST_PROXY: '1' } })

  it('are answered up to the limit, told what is left, and then refused', async () => {
    for (let left = LIMIT - 1; left >= 0; left -= 1) {
      const { outcome, headers } = await service().http.send(from('192.0.2.1'))
      expect(outcome).to.equal('200')
      expect(headers.get('ratelimit')).to.match(new RegExp(`^"address"; r=${left}; t=[0-9]+$`))
      expect(headers.get('ratelimit-policy')).to.match(new RegExp(`^"address"; q=${LIMIT}; w=60; pk=:`))
    }
    const refusal = await service().http.send(from('192.0.2.1'))
    expectTooMany(refusal)
    expect(refusal.headers.get('ratelimit')).to.include('r=0')
  })

  it('do not count for another address', async () => {
    expect((await service().http.send(from('192.0.2.2'))).outcome).to.equal('200')
  })

  it('count together for all of one IPv6 customer, and for no other', async () => {
    for (let count = 1; count <= LIMIT; count += 1) await service().http.send(from(`2001:db8:0:1${count}::${count}`))
    expectTooMany(await service().http.send(from('2001:db8:0:2f:ffff::1')))
    expect((await service().http.send(from('2001:db8:0:100::1'))).outcome).to.equal('200')
  })

  it('are refused before their body is read', async () => {
    for (let count = 0; count <= LIMIT; count += 1) await service().http.send(from('192.0.2.3'))
    const headers = { 'content-type': 'application/json', 'x-forwarded-for': '192.0.2.3' }
    expectTooMany(await service().http.send({ path: '/v1/reset', headers, body: '{not JSON' }))
  })

  it('are not limited where they ask for health, readiness or the documents', async () => {
    const headers = { 'x-forwarded-for': '192.0.2.4' }
    for (const path of ['/health', '/ready', '/openapi.json']) {
      for (let count = 0; count < 2 * LIMIT; count += 1) {
        const answer = await service().http.send({ method: 'GET', path, headers })
        expect(answer.outcome).to.equal('200')
        expect(answer.headers.has('ratelimit')).to.be.false
      }
    }
  })

  for (const [what, method, path, outcome] of [
    ['no path of the contract', 'POST', `${CHALLENGE}/x`, '404 not_found'],
    ['another method', 'GET', CHALLENGE, '405 method_not_allowed'],
  ] as const) {
    it(`are not counted where they ask for ${what}`, async () => {
      const headers = { 'x-forwarded-for': '192.0.2.5' }
      for (let count = 0; count < 2 * LIMIT; count += 1) {
        const answer = await service().http.send({ method, path, headers })
        expect(answer.outcome).to.equal(outcome)
        expect(answer.headers.has('ratelimit')).to.be.false
      }
    })
  }

  it('are no fault that an operator has to look into, and their address is not in the log', () => {
    expect(service().events.filter(({ level }) => level !== 'info')).to.deep.equal([])
    expect(JSON.stringify(service().events)).to.not.match(/192\.0\.2|2001:db8/)
  })
})

describe('Addresses that are forwarded by nobody who is trusted', () => {
  const service = useService({ variables: { RATE_LIMIT_PER_MINUTE: String(LIMIT) } })

  it('count as the one that they come from, and an operator is told once', async () => {
    for (let count = 1; count <= LIMIT; count += 1) await service().http.send(from(`192.0.2.${count}`))
    expectTooMany(await service().http.send(from('192.0.2.99')))
    const warnings = service().events.filter(({ level }) => level === 'warn')
    expect(warnings.map(({ event }) => event)).to.deep.equal(['forwarded_addresses_ignored'])
  })
})

describe('Requests about one backup', () => {
  const clock = new ManualClock(Math.floor(Date.now() / 60_000) * 60_000 + 15_000)
  const service = useService({ variables: { RATE_LIMIT_PER_BACKUP_PER_MINUTE: String(LIMIT) }, clock })
  let owner: BackupClient

  beforeEach(async () => {
    clock.advance(60_000)
    owner = new BackupClient(service().http)
    await owner.create()
  })

  it('are answered up to the limit of the factor that is proved, and use nothing up beyond it', async () => {
    await owner.metadata()
    await owner.sync(randomBytes(10))
    await owner.metadata()
    const request = await owner.metadataRequest()
    expectTooMany(await service().http.send(request))
    clock.advance(60_000)
    expect((await service().http.send(request)).outcome).to.equal('200')
  })

  it('of a device that is stolen, or of a replay, leave the owner every other factor, devices to come and the reset', async () => {
    const [first] = (await owner.metadata()).syncFactors
    const used = await owner.metadataRequest()
    expect((await service().http.send(used)).outcome).to.equal('200')
    expect((await service().http.send(used)).outcome).to.equal('400 already_used')
    expectTooMany(await service().http.send(used))
    const other = new P256Keypair()
    expect((await service().http.send(await owner.addSyncFactorRequest(other))).outcome).to.equal('200')
    const { challenge, token } = await owner.challenge('delete-factor', { factorId: first!.id })
    const removal = jsonRequest('/v1/delete-factor', {
      authorization: authorizationBy(other, challenge),
      challengeToken: token,
      factorId: first!.id,
      scope: 'SYNC',
    })
    expect((await service().http.send(removal)).outcome).to.equal('200')
    expect((await service().http.send(await owner.resetRequest())).outcome).to.equal('204')
  })

  it('count for a new device by its token, and leave both to be used', async () => {
    const device = new P256Keypair()
    const request = await owner.addSyncFactorRequest(device)
    const used = await owner.addSyncFactorRequest(new P256Keypair())
    expect((await service().http.send(used)).outcome).to.equal('200')
    for (let count = 1; count < LIMIT; count += 1) {
      expect((await service().http.send(used)).outcome).to.match(/^400/)
    }
    expectTooMany(await service().http.send(used))
    expect((await service().http.send(request)).outcome).to.equal('200')
  })

  it('count for a reset apart, by the key of the account', async () => {
    expect((await service().http.send(await owner.resetRequest())).outcome).to.equal('204')
    for (let count = 1; count < LIMIT; count += 1) {
      expect((await service().http.send(await owner.resetRequest())).outcome).to.equal('404 not_found')
    }
    expectTooMany(await service().http.send(await owner.resetRequest()))
  })

  it('do not count when their proof is none', async () => {
    const stranger = new P256Keypair()
    for (let count = 0; count < 2 * LIMIT; count += 1) {
      expect((await service().http.send(await owner.retrieveRequest(stranger))).outcome).to.match(/^400/)
    }
    await owner.retrieve()
  })

  it('of strangers have a limit of their own, so that nobody locks the owner out', async () => {
    for (let count = 0; count < LIMIT; count += 1) await service().http.send(owner.statusRequest())
    const refusal = await service().http.send(owner.statusRequest())
    expectTooMany(refusal)
    expect(refusal.headers.get('retry-after'), 'to the end of the minute').to.equal('45')
    const reset = jsonRequest('/v1/reset', {
      ...(JSON.parse((await owner.resetRequest()).body as string) as object),
      signature: new BackupClient(service().http).account.sign(randomBytes(32)),
    })
    for (let count = 0; count < 2 * LIMIT; count += 1) {
      expect((await service().http.send(reset)).outcome).to.equal('400 invalid_signature')
    }
    await owner.retrieve()
    await owner.metadata()
    expect((await service().http.send(await owner.resetRequest())).outcome).to.equal('204')
  })

  it('that would create it again have a limit of their own', async () => {
    const taken = '409 backup_account_id_already_exists'
    for (let count = 1; count < LIMIT; count += 1) {
      expect((await service().http.send(await owner.createRequest())).outcome).to.equal(taken)
    }
    expectTooMany(await service().http.send(await owner.createRequest()))
    await owner.retrieve()
  })

  it('do not count for another backup', async () => {
    for (let count = 0; count <= LIMIT; count += 1) await service().http.send(await owner.metadataRequest())
    const other = new BackupClient(service().http)
    await other.create()
    await other.retrieve()
  })
})
