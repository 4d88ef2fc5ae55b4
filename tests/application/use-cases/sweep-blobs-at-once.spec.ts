import { expect } from 'chai'
import { MemoryBackupIndex } from '../../../adapters/memory/memory-backup-index.ts'
import { MemoryBlobStore } from '../../../adapters/memory/memory-blob-store.ts'
import { NodeRandom } from '../../../adapters/crypto/node-random.ts'
import { Committer } from '../../../application/committer.ts'
import { FinalDeletions } from '../../../application/final-deletions.ts'
import type { StoredBackup } from '../../../application/ports/backup-index.ts'
import type { ListedBlob } from '../../../application/ports/blob-store.ts'
import { SweepBlobs, type SweepOptions, type SweepSummary } from '../../../application/use-cases/sweep-blobs.ts'
import type { BackupId } from '../../../domain/backup-id.ts'
import { chunked } from '../../support/byte-streams.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { RecordingEventLog } from '../../support/recording-event-log.ts'
import { freshBlobKey, sampleBackupId } from '../../support/sample-backups.ts'

const GRACE = 3600
const AT_ONCE = 16
const BLOBS = 50

/** Keeps each reader waiting until so many are there, and then for a moment. */
class WaitingIndex extends MemoryBackupIndex {
  open = 0
  most = 0
  loads = 0
  readonly #wanted: number
  readonly #full = Promise.withResolvers<undefined>()

  constructor(wanted: number) {
    super()
    this.#wanted = wanted
  }

  override async load(): Promise<StoredBackup | undefined> {
    this.open += 1
    this.loads += 1
    this.most = Math.max(this.most, this.open)
    if (this.open === this.#wanted) this.#full.resolve(undefined)
    await this.#full.promise
    await new Promise(setImmediate)
    this.open -= 1
    return undefined
  }
}

class CountingBlobs extends MemoryBlobStore {
  listed = 0

  override async *list(): AsyncGenerator<ListedBlob> {
    for await (const blob of super.list()) {
      this.listed += 1
      yield blob
    }
  }
}

describe('SweepBlobs, several at once,', () => {
  let clock: ManualClock
  let blobs: CountingBlobs

  beforeEach(() => {
    clock = new ManualClock()
    blobs = new CountingBlobs(clock)
  })

  async function abandon(backupIds: readonly BackupId[]): Promise<void> {
    for (const id of backupIds) await blobs.put(freshBlobKey(id), chunked(Buffer.from('old')))
    clock.advance(GRACE * 2000)
  }

  function sweep(index: WaitingIndex, options: Partial<SweepOptions> = {}): Promise<SweepSummary> {
    const [random, log] = [new NodeRandom(), new RecordingEventLog()]
    const finalDeletions = new FinalDeletions(new Committer(index, clock, random), clock, random, log)
    const sweepBlobs = new SweepBlobs(index, blobs, clock, log, { blobs, finalDeletions })
    return sweepBlobs.execute({ grace: GRACE, evenAll: true, ...options })
  }

  it('reads the backups of many blobs while it waits for one, and never of more', async () => {
    await abandon(Array.from({ length: BLOBS }, sampleBackupId))
    const index = new WaitingIndex(AT_ONCE)
    expect(await sweep(index)).to.deep.equal({ seen: BLOBS, removed: BLOBS, failed: 0 })
    expect([index.loads, index.most]).to.deep.equal([BLOBS, AT_ONCE])
  })

  it('takes no more blobs from the store than it is working on', async () => {
    await abandon(Array.from({ length: BLOBS }, sampleBackupId))
    const ahead: number[] = []
    await sweep(new WaitingIndex(AT_ONCE), { onProgress: ({ seen }) => ahead.push(blobs.listed - seen) })
    expect(Math.max(...ahead)).to.be.below(AT_ONCE)
  })

  it('reads one backup for one blob after the other, however its blobs are listed', async () => {
    const [first, second] = [sampleBackupId(), sampleBackupId()]
    await abandon(Array.from({ length: 12 }, (_, at) => (at % 2 === 0 ? first : second)))
    const index = new WaitingIndex(2)
    expect(await sweep(index)).to.deep.equal({ seen: 12, removed: 12, failed: 0 })
    expect(index.most).to.equal(2)
  })

  it('ends after the blobs at hand when it is told to, and leaves the rest for the next', async () => {
    await abandon(Array.from({ length: BLOBS }, sampleBackupId))
    const stopping = new AbortController()
    const stopped = await sweep(new WaitingIndex(AT_ONCE), {
      signal: stopping.signal,
      onProgress: () => stopping.abort(),
    })
    expect(stopped).to.deep.equal({ seen: AT_ONCE, removed: AT_ONCE, failed: 0 })
    const rest = BLOBS - AT_ONCE
    expect(await sweep(new WaitingIndex(1))).to.deep.equal({ seen: rest, removed: rest, failed: 0 })
  })

  it('refuses nothing where it was told to end before it has seen all', async () => {
    await abandon(Array.from({ length: BLOBS }, sampleBackupId))
    const stopping = new AbortController()
    const stopped = await sweep(new WaitingIndex(AT_ONCE), {
      evenAll: false,
      signal: stopping.signal,
      onProgress: () => stopping.abort(),
    })
    expect(stopped).to.deep.equal({ seen: AT_ONCE, removed: 0, failed: 0 })
  })

  it('does not begin when it was told before', async () => {
    await abandon([sampleBackupId()])
    const stopped = await sweep(new WaitingIndex(1), { signal: AbortSignal.abort() })
    expect(stopped).to.deep.equal({ seen: 0, removed: 0, failed: 0 })
  })
})
