import { expect } from 'chai'
import type { Clock } from '../../application/ports/clock.ts'
import { useService } from '../support/http-service.ts'

const FAULT = 'what only operators may know'

/** Fails as nothing that is to be expected does. */
class BrokenClock implements Clock {
  broken = false

  now(): number {
    if (this.broken) throw new TypeError(FAULT)
    return Date.now()
  }

  async sleep(): Promise<void> {
    // Time is not what this is about.
  }
}

describe('A fault of the service', () => {
  const clock = new BrokenClock()
  const service = useService({ clock })

  before(() => {
    clock.broken = true
  })

  it('is answered without its cause', async () => {
    const { outcome, text } = await service().http.send({ path: '/v1/sync/challenge/keypair' })
    expect(outcome).to.equal('500 internal_server_error')
    expect(text).not.to.include(FAULT).and.not.to.include('TypeError')
  })

  it('is logged with its cause, under the id of the request', async () => {
    const headers = { 'x-request-id': 'of-the-fault' }
    await service().http.send({ path: '/v1/sync/challenge/keypair', headers })
    const failure = service().events.find(
      ({ event, fields }) => event === 'request_failed' && fields.requestId === 'of-the-fault',
    )
    expect(failure).to.deep.include({
      level: 'error',
      fields: { requestId: 'of-the-fault', code: 'internal_server_error' },
    })
    expect(failure?.cause).to.be.an('error').with.property('message', FAULT)
  })

  it('does not outlast its cause', async () => {
    clock.broken = false
    expect((await service().http.send({ path: '/v1/sync/challenge/keypair' })).outcome).to.equal('200')
  })
})
