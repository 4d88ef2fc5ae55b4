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

  /** The first in each turn of the event loop comes through. */
  async function outcomesOfMany(): Promise<readonly string[]> {
    const answers = await Promise.all(Array.from({ length: 5 }, () => late().http.send(CHALLENGE)))
    return answers.map(({ outcome }) => outcome)
  }

  it('refuses while the event loop is late, though not the question whether it lives, and serves again after that', async () => {
    const release = occupy(60)
    try {
      await eventually('a refusal', async () => (await outcomesOfMany()).includes('503 unavailable'))
      expect((await late().http.send({ method: 'GET', path: '/health' })).outcome).to.equal('200')
      expect(late().events.map(({ event }) => event)).to.include('shedding')
    } finally {
      release()
    }
    await eventually('it to recover', async () => (await outcomesOfMany()).every((outcome) => outcome === '200'))
  })

  it('works as one that does not while it is in time', async () => {
    const owner = new BackupClient(patient().http)
    await owner.create()
    await owner.sync(randomBytes(2000))
    expect((await owner.stored()).content).to.have.length(2000)
  })
})
