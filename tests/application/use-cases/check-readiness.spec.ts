import { expect } from 'chai'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { MemoryBackupIndex } from '../../../adapters/memory/memory-backup-index.ts'
import { MemoryBlobStore } from '../../../adapters/memory/memory-blob-store.ts'
import { StoreUnavailable } from '../../../application/ports/store-unavailable.ts'
import { CheckReadiness } from '../../../application/use-cases/check-readiness.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { refusalOf } from '../../support/refusal.ts'

class UnreadyIndex extends MemoryBackupIndex {
  override async checkReadiness(): Promise<void> {
    throw new StoreUnavailable('a test')
  }
}

class UnreadyBlobStore extends MemoryBlobStore {
  override async checkReadiness(): Promise<void> {
    throw new StoreUnavailable('a test')
  }
}

/** Answers when, and what, the test says. */
class AskedIndex extends MemoryBackupIndex {
  readonly asked: PromiseWithResolvers<undefined>[] = []

  override checkReadiness(): Promise<void> {
    const answer = Promise.withResolvers<undefined>()
    this.asked.push(answer)
    return answer.promise
  }
}

describe('CheckReadiness', () => {
  const clock = new ManualClock()
  const index = new MemoryBackupIndex()
  const blobs = new MemoryBlobStore(clock)

  it('is content when both stores are ready', async () => {
    expect(await refusalOf(new CheckReadiness(index, blobs).execute())).to.equal(undefined)
  })

  it('is not content without the index', async () => {
    expect(await refusalOf(new CheckReadiness(new UnreadyIndex(), blobs).execute())).to.equal('unavailable')
  })

  it('is not content without the blobs', async () => {
    const unready = new UnreadyBlobStore(clock)
    expect(await refusalOf(new CheckReadiness(index, unready).execute())).to.equal('unavailable')
  })

  it('asks once for all who want to know at the same time, and tells each of them', async () => {
    const asked = new AskedIndex()
    const readiness = new CheckReadiness(asked, blobs)
    const outcomes = [1, 2, 3].map(() => refusalOf(readiness.execute()))
    expect(asked.asked).to.have.length(1)
    asked.asked[0]!.reject(new StoreUnavailable('a test'))
    expect(await Promise.all(outcomes)).to.deep.equal(['unavailable', 'unavailable', 'unavailable'])
  })

  it('asks anew once that is over', async () => {
    const asked = new AskedIndex()
    const readiness = new CheckReadiness(asked, blobs)
    const first = refusalOf(readiness.execute())
    asked.asked[0]!.reject(new StoreUnavailable('a test'))
    expect(await first).to.equal('unavailable')
    await nextTurn()
    const second = refusalOf(readiness.execute())
    asked.asked[1]!.resolve(undefined)
    expect(await second).to.equal(undefined)
  })

  it('does not ask a store that has yet to answer again, although the other has failed', async () => {
    const asked = new AskedIndex()
    const readiness = new CheckReadiness(asked, new UnreadyBlobStore(clock))
    for (let round = 0; round < 3; round += 1) {
      expect(await refusalOf(readiness.execute())).to.equal('unavailable')
      await nextTurn()
    }
    expect(asked.asked).to.have.length(1)
  })
})
