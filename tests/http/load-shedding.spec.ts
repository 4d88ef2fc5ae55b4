import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { BackupClient } from '../support/http-backup-client.ts'
import { eventually } from '../support/http-eventually.ts'
import { useService } from '../support/http-service.ts'

const CHALLENGE = { path: '/v1/sync/challenge/keypair' }

/** Has the event loop, which the service shares, hardly ever idle. @returns what ends it */
function occupy(milliseconds: number): () => void {
  const timer = setInterval(() => {
    const end = performance.now() + milliseconds
    while (performance.now() < end);
  }, 1)
  return () => {
    clearInterval(timer)
  }
}

describe('A service that sheds load', function () {
  this.timeout(60_000)
  const late = useService({ variables: { MAX_EVENT_LOOP_LAG_MS: '10' } })
  const patient = useService({ variables: { MAX_EVENT_LOOP_LAG_MS: '60000' } })

  it('refuses while the event loop is late, though not the question whether it lives, and serves again after that', async () => {
    const release = occupy(60)
    try {
      await eventually('a refusal', async () => (await late().http.send(CHALLENGE)).outcome === '503 unavailable')
      expect((await late().http.send({ method: 'GET', path: '/health' })).outcome).to.equal('200')
      expect(late().events.map(({ event }) => event)).to.include('shedding')
    } finally {
      release()
    }
    await eventually('it to recover', async () => (await late().http.send(CHALLENGE)).outcome === '200')
  })

  it('works as one that does not while it is in time', async () => {
    const owner = new BackupClient(patient().http)
    await owner.create()
    await owner.sync(randomBytes(2000))
    expect((await owner.stored()).content).to.have.length(2000)
  })

  it('counts no request any longer that is over, and so has room for as many again', async () => {
    const release = occupy(5)
    try {
      for (let wave = 0; wave < 5; wave += 1) {
        const requests = Array.from({ length: 60 }, () => patient().http.send(CHALLENGE))
        for (const { outcome } of await Promise.all(requests)) expect(outcome).to.equal('200')
      }
    } finally {
      release()
    }
  })
})
