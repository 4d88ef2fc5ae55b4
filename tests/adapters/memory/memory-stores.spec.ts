import { expect } from 'chai'
import { MemoryBackupIndex } from '../../../adapters/memory/memory-backup-index.ts'
import { MemoryBlobStore } from '../../../adapters/memory/memory-blob-store.ts'
import { chunked, collect } from '../../support/byte-streams.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { freshBlobKey, SAMPLE_TIME } from '../../support/sample-backups.ts'
import { mustCommit, sampleCommit, sampleConsumption } from '../../support/sample-commits.ts'

describe('MemoryBackupIndex', () => {
  it('refuses what is not expired however many consumptions there have been', async () => {
    const index = new MemoryBackupIndex()
    const lasting = sampleConsumption({ expiresAt: SAMPLE_TIME + 400 * 86_400 })
    await mustCommit(index, sampleCommit({ consume: [lasting] }))
    for (let hour = 1; hour <= 3000; hour += 1) {
      const at = SAMPLE_TIME + hour * 3600
      await mustCommit(index, sampleCommit({ at, consume: [sampleConsumption({ expiresAt: at + 900 })] }))
    }
    const again = sampleCommit({ at: SAMPLE_TIME + 3000 * 3600, consume: [lasting] })
    expect(await index.commit(again)).to.equal('already-consumed')
  })
})

describe('MemoryBlobStore', () => {
  it('dates a blob by its clock, in seconds', async () => {
    const clock = new ManualClock(1_750_000_000_999)
    const store = new MemoryBlobStore(clock)
    const key = freshBlobKey()
    await store.put(key, chunked(Buffer.from('x')))
    clock.advance(60_000)
    expect(await collect(store.list())).to.deep.equal([{ key, storedAt: 1_750_000_000 }])
  })
})
