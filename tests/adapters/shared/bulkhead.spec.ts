import { expect } from 'chai'
import { Bulkhead, StoreBusy } from '../../../adapters/shared/bulkhead.ts'
import { StoreUnavailable } from '../../../application/ports/store-unavailable.ts'
import { RecordingMetrics } from '../../support/recording-metrics.ts'
import { rejectionOf } from '../../support/rejection.ts'

describe('Bulkhead', () => {
  let metrics: RecordingMetrics
  let bulkhead: Bulkhead

  beforeEach(() => {
    metrics = new RecordingMetrics()
    bulkhead = new Bulkhead({ concurrent: 1, queued: 1 }, metrics)
  })

  it('gives what a call gives, and measures it', async () => {
    expect(await bulkhead.run('index.load', () => Promise.resolve(7))).to.equal(7)
    expect(metrics.storeCalls.map(({ operation, outcome }) => ({ operation, outcome }))).to.deep.equal([
      { operation: 'index.load', outcome: 'ok' },
    ])
  })

  for (const [what, error, outcome] of [
    ['a store that does not answer', new StoreUnavailable('test'), 'failed'],
    ['an upload that breaks off', new Error('broken off'), 'abandoned'],
  ] as const) {
    it(`passes on the error of ${what}, and counts it as ${outcome}`, async () => {
      expect(await rejectionOf(bulkhead.run('blobs.put', () => Promise.reject(error)))).to.equal(error)
      expect(metrics.storeCalls[0]).to.have.property('outcome', outcome)
    })
  }

  it('makes one call after the other, and none that would have to wait too long', async () => {
    const [first, second] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()]
    const begun: string[] = []
    const call = (name: string, { promise }: PromiseWithResolvers<string>): Promise<string> =>
      bulkhead.run('index.load', () => {
        begun.push(name)
        return promise
      })
    const running = call('first', first)
    const queued = call('second', second)
    const refused = await rejectionOf(call('third', first))
    expect(refused).to.be.instanceOf(StoreBusy).and.instanceOf(StoreUnavailable).with.property('code', 'unavailable')
    expect(begun).to.deep.equal(['first'])
    expect(metrics.reasons).to.deep.equal(['store_queue'])
    first.resolve('1')
    second.resolve('2')
    expect(await Promise.all([running, queued])).to.deep.equal(['1', '2'])
    expect(await call('fourth', second)).to.equal('2')
  })

  it('has room again after a call that failed', async () => {
    for (let count = 0; count < 5; count += 1) {
      await rejectionOf(bulkhead.run('index.load', () => Promise.reject(new Error('test'))))
    }
    expect(await bulkhead.run('index.load', () => Promise.resolve(7))).to.equal(7)
  })
})
