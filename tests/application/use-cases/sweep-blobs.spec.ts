import { expect } from 'chai'
import { SweepBlobs, type SweepOptions, type SweepSummary } from '../../../application/use-cases/sweep-blobs.ts'
import type { CreatedBackup } from '../../support/application-harness.ts'
import { chunked } from '../../support/byte-streams.ts'
import { openHarness, type InterleavedHarness } from '../support/open-harness.ts'

const GRACE = 3600

describe('SweepBlobs', () => {
  let harness: InterleavedHarness
  let backup: CreatedBackup

  beforeEach(async () => {
    harness = openHarness()
    backup = await harness.createBackup()
  })

  function sweep(options: Partial<SweepOptions> = {}): Promise<SweepSummary> {
    const { index, blobs, clock, events } = harness
    return new SweepBlobs(index, blobs, clock, events).execute({ grace: GRACE, dryRun: false, ...options })
  }

  async function abandon(name: string, folder: string = backup.id): Promise<string> {
    const key = `${folder}/${name}`
    await harness.blobs.put(key, chunked(Buffer.from('abandoned')))
    return key
  }

  it('removes what no backup points to, once the grace is over', async () => {
    const abandoned = await abandon('abandoned')
    harness.clock.advance(GRACE * 1000 + 1000)
    expect(await sweep()).to.deep.equal({ seen: 2, removed: 1, failed: 0 })
    expect(await harness.blobs.keys()).to.not.include(abandoned)
    expect((await harness.retrieve(backup.main)).content).to.deep.equal(Buffer.from(backup.content))
  })

  it('leaves alone what is younger, since its commit may still come', async () => {
    const young = await abandon('young')
    harness.clock.advance(GRACE * 1000)
    expect(await sweep()).to.deep.equal({ seen: 2, removed: 0, failed: 0 })
    expect(await harness.blobs.keys()).to.include(young)
  })

  it('keeps superseded blobs that the backup still points to', async () => {
    await harness.sync(backup)
    harness.clock.advance(GRACE * 2000)
    expect(await sweep()).to.deep.equal({ seen: 2, removed: 0, failed: 0 })
  })

  it('removes the blobs of a backup that is gone', async () => {
    await abandon('abandoned')
    await harness.deleteBackup(backup)
    await harness.application.sealedBlobs.settle()
    harness.clock.advance(GRACE * 2000)
    expect(await sweep()).to.deep.equal({ seen: 1, removed: 1, failed: 0 })
    expect(await harness.blobs.keys()).to.deep.equal([])
  })

  it('only tells in a dry run', async () => {
    const abandoned = await abandon('abandoned')
    harness.clock.advance(GRACE * 2000)
    expect(await sweep({ dryRun: true })).to.deep.equal({ seen: 2, removed: 1, failed: 0 })
    expect(await harness.blobs.keys()).to.include(abandoned)
  })

  it('goes on past what it cannot judge, and removes nothing on a guess', async () => {
    await abandon('foreign', 'nobody')
    harness.clock.advance(GRACE * 2000)
    expect(await sweep()).to.deep.equal({ seen: 2, removed: 0, failed: 1 })
    harness.index.unreadable = true
    expect(await sweep()).to.deep.equal({ seen: 2, removed: 0, failed: 2 })
    expect(await harness.blobs.keys()).to.have.lengthOf(2)
  })

  it('ends after the blob at hand when it is told to, and leaves the rest for the next', async () => {
    for (const name of ['one', 'two', 'three']) await abandon(name)
    harness.clock.advance(GRACE * 2000)
    const stopping = new AbortController()
    const stopped = await sweep({
      signal: stopping.signal,
      onProgress: ({ seen }) => {
        if (seen === 2) stopping.abort()
      },
    })
    expect(stopped).to.deep.equal({ seen: 2, removed: 1, failed: 0 })
    expect(await sweep()).to.deep.equal({ seen: 3, removed: 2, failed: 0 })
  })

  it('tells how far it is', async () => {
    await abandon('abandoned')
    const seen: number[] = []
    await sweep({ onProgress: (summary) => seen.push(summary.seen) })
    expect(seen).to.deep.equal([1, 2])
  })
})
