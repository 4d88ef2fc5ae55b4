import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { BackupClient } from '../support/http-backup-client.ts'
import { useService } from '../support/http-service.ts'

describe('A service that would shed load', () => {
  const service = useService({ variables: { MAX_EVENT_LOOP_LAG_MS: '60000' } })

  it('works as any other while it is in time', async () => {
    const owner = new BackupClient(service().http)
    await owner.create()
    await owner.sync(randomBytes(2000))
    expect((await owner.stored()).content).to.have.length(2000)
  })

  it('has room again for as many once they are over', async () => {
    for (let wave = 0; wave < 5; wave += 1) {
      const requests = Array.from({ length: 60 }, () => service().http.send({ path: '/v1/sync/challenge/keypair' }))
      for (const { outcome } of await Promise.all(requests)) expect(outcome).to.equal('200')
    }
  })
})
