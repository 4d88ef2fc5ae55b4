import { expect } from 'chai'
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
})
