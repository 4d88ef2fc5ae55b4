import { expect } from 'chai'
import { MemoryBackupIndex } from '../../../adapters/memory/memory-backup-index.ts'
import { MemoryBlobStore } from '../../../adapters/memory/memory-blob-store.ts'
import { BoundedBackupIndex } from '../../../adapters/shared/bounded-backup-index.ts'
import { BoundedBlobStore } from '../../../adapters/shared/bounded-blob-store.ts'
import { StoreBusy } from '../../../adapters/shared/bulkhead.ts'
import { readAll } from '../../support/byte-streams.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { RecordingEventLog } from '../../support/recording-event-log.ts'
import { RecordingMetrics } from '../../support/recording-metrics.ts'
import { rejectionOf } from '../../support/rejection.ts'
import { freshBlobKey, sampleBackup } from '../../support/sample-backups.ts'
import { creation } from '../../support/sample-commits.ts'

const ONE = { concurrent: 1, queued: 0 }
const NONE = { concurrent: 0, queued: 0 }

describe('Stores within bulkheads', () => {
  let metrics: RecordingMetrics

  beforeEach(() => {
    metrics = new RecordingMetrics()
  })

  function blobsWithin(sizes: ConstructorParameters<typeof BoundedBlobStore>[3]): BoundedBlobStore {
    return new BoundedBlobStore(new MemoryBlobStore(new ManualClock()), metrics, new RecordingEventLog(), sizes)
  }

  it('a put that waits for its client holds up other puts, and nothing else', async () => {
    const blobs = blobsWithin({ puts: ONE, opens: ONE, deletions: ONE })
    const stored = await blobs.put(freshBlobKey(), readable('stored'))
    const client = Promise.withResolvers<undefined>()
    const slow = blobs.put(
      freshBlobKey(),
      (async function* () {
        await client.promise
        yield Buffer.from('slow')
      })(),
    )
    expect(await rejectionOf(blobs.put(freshBlobKey(), readable('other')))).to.be.instanceOf(StoreBusy)
    expect((await readAll((await blobs.open(stored))!.body)).toString()).to.equal('stored')
    await blobs.delete(stored.key)
    client.resolve(undefined)
    expect(await slow).to.have.property('size', 4)
  })

  it('a download holds up nobody once it has begun', async () => {
    const blobs = blobsWithin({ puts: ONE, opens: ONE, deletions: ONE })
    const stored = await blobs.put(freshBlobKey(), readable('stored'))
    const downloads = [await blobs.open(stored), await blobs.open(stored), await blobs.open(stored)]
    for (const download of downloads) expect((await readAll(download!.body)).toString()).to.equal('stored')
  })

  it('reads that are refused do not keep a commit from being made', async () => {
    const index = new BoundedBackupIndex(new MemoryBackupIndex(), metrics, { reads: NONE, commits: ONE })
    const backup = sampleBackup()
    expect(await rejectionOf(index.load(backup.id))).to.be.instanceOf(StoreBusy)
    expect(await index.commit(creation(backup))).to.equal('committed')
  })

  it('are ready although there is no room for any call', async () => {
    const sizes = { reads: NONE, commits: NONE }
    await new BoundedBackupIndex(new MemoryBackupIndex(), metrics, sizes).checkReadiness()
    await blobsWithin({ puts: NONE, opens: NONE, deletions: NONE }).checkReadiness()
  })
})

async function* readable(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}
