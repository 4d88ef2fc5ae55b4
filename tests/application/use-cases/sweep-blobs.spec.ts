import { expect } from 'chai'
import { NodeRandom } from '../../../adapters/crypto/node-random.ts'
import { MemoryBackupIndex } from '../../../adapters/memory/memory-backup-index.ts'
import { Committer } from '../../../application/committer.ts'
import { FinalDeletions } from '../../../application/final-deletions.ts'
import type { BackupIndex } from '../../../application/ports/backup-index.ts'
import {
  SweepBlobs,
  SweepRefused,
  type SweepOptions,
  type SweepSummary,
} from '../../../application/use-cases/sweep-blobs.ts'
import { blobKey, type BlobKey } from '../../../domain/blob-key.ts'
import type { CreatedBackup } from '../../support/application-harness.ts'
import type { P256Keypair } from '../../support/keypair.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { rejectionOf } from '../../support/rejection.ts'
import { sampleBackupId } from '../../support/sample-backups.ts'
import { chunked } from '../../support/byte-streams.ts'
import { expectGone, expectIntact } from '../support/expectations.ts'
import { PasskeyClient } from '../support/factor-clients.ts'
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
    return harness.application.sweepBlobs.execute({ grace: GRACE, ...options })
  }

  function drySweep(): Promise<SweepSummary> {
    const { index, blobs, clock, events } = harness
    return new SweepBlobs(index, blobs, clock, events).execute({ grace: GRACE })
  }

  function openSweepAhead(seconds: number, index: BackupIndex = harness.index): SweepBlobs {
    const { blobs, events } = harness
    const clock = new ManualClock(harness.clock.now() + seconds * 1000)
    const random = new NodeRandom()
    const finalDeletions = new FinalDeletions(new Committer(index, clock, random), clock, random, events)
    return new SweepBlobs(index, blobs, clock, events, { blobs, finalDeletions })
  }

  async function abandon(name: string, backupId = backup.id): Promise<BlobKey> {
    const key = blobKey(backupId, name)
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
    await harness.createBackup()
    const abandoned = await abandon('abandoned')
    await harness.deleteBackup(backup)
    await harness.application.sealedBlobs.settle()
    harness.clock.advance(GRACE * 2000)
    expect(await sweep()).to.deep.equal({ seen: 2, removed: 1, failed: 0 })
    expect(await harness.blobs.keys()).to.not.include(abandoned)
  })

  describe('where the index points to none of the blobs', () => {
    beforeEach(() => harness.clock.advance(GRACE * 2000))

    const emptyIndex = (): SweepBlobs => openSweepAhead(0, new MemoryBackupIndex())

    it('refuses, and removes nothing', async () => {
      await harness.createBackup()
      harness.clock.advance(GRACE * 2000)
      const refused = await rejectionOf(emptyIndex().execute({ grace: GRACE }))
      expect(refused).to.be.instanceOf(SweepRefused).with.property('unreferenced', 2)
      expect(await harness.blobs.keys()).to.have.lengthOf(2)
    })

    it('refuses where the index has other backups', async () => {
      const other = openHarness()
      await other.createBackup()
      const refused = await rejectionOf(openSweepAhead(0, other.index).execute({ grace: GRACE }))
      expect(refused).to.be.instanceOf(SweepRefused)
      await expectIntact(harness, backup)
    })

    it('refuses where the index has the backup, but another blob of it', async () => {
      await harness.blobs.delete((await harness.blobs.keys())[0]!)
      await abandon('abandoned')
      harness.clock.advance(GRACE * 2000)
      expect(await rejectionOf(sweep())).to.be.instanceOf(SweepRefused)
    })

    it('refuses what was left of the last backup that was deleted', async () => {
      const abandoned = await abandon('abandoned')
      await harness.deleteBackup(backup)
      await harness.application.sealedBlobs.settle()
      harness.clock.advance(GRACE * 2000)
      expect(await rejectionOf(sweep())).to.be.instanceOf(SweepRefused)
      expect(await harness.blobs.keys()).to.deep.equal([abandoned])
    })

    it('refuses a dry run, too', async () => {
      const { blobs, clock, events } = harness
      const dry = new SweepBlobs(new MemoryBackupIndex(), blobs, clock, events)
      expect(await rejectionOf(dry.execute({ grace: GRACE }))).to.be.instanceOf(SweepRefused)
    })

    it('removes even all when it is told to', async () => {
      const summary = await emptyIndex().execute({ grace: GRACE, evenAll: true })
      expect(summary).to.deep.equal({ seen: 1, removed: 1, failed: 0 })
    })

    it('has nothing to refuse where no blob is old', async () => {
      const summary = await emptyIndex().execute({ grace: GRACE * 3 })
      expect(summary).to.deep.equal({ seen: 1, removed: 0, failed: 0 })
    })

    it('gives up soon where there are very many', async () => {
      for (let blob = 0; blob < 10_100; blob += 1) await abandon(`${blob}`, sampleBackupId())
      harness.clock.advance(GRACE * 2000)
      const refused = await rejectionOf(emptyIndex().execute({ grace: GRACE }))
      expect(refused).to.be.instanceOf(SweepRefused).with.property('unreferenced').that.is.within(10_000, 10_016)
    })
  })

  it('removes what it came to before the first blob that is pointed to', async () => {
    const before = await harness.createBackup()
    await harness.deleteBackup(before)
    await harness.application.sealedBlobs.settle()
    const abandoned = [await abandon('1', before.id), await abandon('2', before.id), await abandon('3', before.id)]
    harness.clock.advance(GRACE * 2000)
    const list = harness.blobs.list.bind(harness.blobs)
    harness.blobs.list = async function* () {
      const listed = []
      for await (const blob of list()) listed.push(blob)
      yield* listed.reverse()
    }
    const seen: SweepSummary[] = []
    const summary = await sweep({ onProgress: (soFar) => seen.push(soFar) })
    expect(summary).to.deep.equal({ seen: 4, removed: 3, failed: 0 })
    expect(seen[0], 'at first it is held back').to.deep.equal({ seen: 1, removed: 0, failed: 0 })
    expect(await harness.blobs.keys())
      .to.have.lengthOf(1)
      .and.to.not.include.members(abandoned)
  })

  it('only tells in a dry run', async () => {
    const abandoned = await abandon('abandoned')
    harness.clock.advance(GRACE * 2000)
    expect(await drySweep()).to.deep.equal({ seen: 2, removed: 1, failed: 0 })
    expect(await harness.blobs.keys()).to.include(abandoned)
  })

  it('goes on past what it cannot judge, and removes nothing on a guess', async () => {
    await abandon('abandoned')
    harness.clock.advance(GRACE * 2000)
    harness.index.unreadable = true
    expect(await sweep()).to.deep.equal({ seen: 2, removed: 0, failed: 2 })
    expect(await harness.blobs.keys()).to.have.lengthOf(2)
  })

  describe('with deletions that can be undone', () => {
    const DELETION_GRACE = 10 * GRACE
    let device: P256Keypair

    beforeEach(async () => {
      harness = openHarness({ deletionGrace: DELETION_GRACE })
      backup = await harness.createBackup()
      device = await harness.addSyncFactor(backup)
    })

    it('keeps everything until the last second of their grace', async () => {
      await harness.deleteFactor(device, backup.syncFactorId, 'SYNC')
      await harness.deleteBackup({ ...backup, device })
      harness.clock.advance(DELETION_GRACE * 1000 - 1)
      expect(await sweep()).to.deep.equal({ seen: 1, removed: 0, failed: 0 })
      await harness.undelete(backup.main)
      await expectIntact(harness, backup)
    })

    it('removes a deleted backup after it, and frees its id and factors', async () => {
      await harness.deleteBackup(await harness.sync(backup))
      harness.clock.advance(DELETION_GRACE * 1000)
      expect(await sweep()).to.deep.equal({ seen: 2, removed: 2, failed: 0 })
      await expectGone(harness, backup.id)
      expect(harness.events.events.map(({ event }) => event)).to.include('deletion_final')
      await expectIntact(harness, await harness.createBackup(backup))
      await expectIntact(harness, await harness.createBackup({ device }))
    })

    it('removes removed factors after it, frees them, and leaves the backup', async () => {
      const passkey = new PasskeyClient()
      const passkeyId = await harness.addFactor(backup, passkey)
      await harness.deleteFactor(device, passkeyId, 'MAIN')
      harness.clock.advance(1000)
      await harness.deleteFactor(device, backup.syncFactorId, 'SYNC')
      harness.clock.advance(DELETION_GRACE * 1000 - 1000)
      expect(await sweep()).to.deep.equal({ seen: 1, removed: 0, failed: 0 })
      expect((await harness.index.load(backup.id))?.backup.state.removedFactors).to.have.lengthOf(1)
      await expectIntact(harness, await harness.createBackup({ main: passkey }))
      await harness.undelete(backup.main)
      await expectIntact(harness, await harness.sync(backup))
    })

    it('frees the removed factors of a backup that syncs so often that all its blobs are young', async () => {
      await harness.deleteFactor(device, backup.syncFactorId, 'SYNC')
      harness.clock.advance(DELETION_GRACE * 1000)
      await harness.sync(await harness.sync({ ...backup, device }))
      expect(await sweep({ grace: GRACE })).to.deep.include({ removed: 0, failed: 0 })
      expect((await harness.index.load(backup.id))?.backup.state.removedFactors).to.deep.equal([])
    })

    it('removes a deleted backup with all its blobs, however young: no later sweep would know whose they were', async () => {
      await harness.sync(await harness.sync({ ...backup, device }))
      await harness.deleteBackup({ ...backup, device })
      harness.clock.advance(DELETION_GRACE * 1000)
      const blobs = (await harness.blobs.keys()).length
      const grace = DELETION_GRACE + GRACE
      expect(await sweep({ grace })).to.deep.equal({ seen: blobs, removed: blobs, failed: 0 })
      expect(await harness.index.load(backup.id)).to.equal(undefined)
      expect(await harness.blobs.keys()).to.deep.equal([])
    })

    it('makes nothing final before it knows that the index is the one of these blobs', async () => {
      await harness.deleteBackup({ ...backup, device })
      await harness.blobs.delete((await harness.blobs.keys())[0]!)
      await abandon('abandoned')
      harness.clock.advance((DELETION_GRACE + GRACE) * 2000)
      expect(await rejectionOf(sweep())).to.be.instanceOf(SweepRefused)
      expect(await harness.index.load(backup.id)).to.not.equal(undefined)
    })

    it('commits once for all blobs of a backup, and nothing where nothing is final', async () => {
      await harness.sync(backup)
      await harness.deleteFactor(device, backup.syncFactorId, 'SYNC')
      harness.clock.advance(DELETION_GRACE * 1000)
      const { effects } = harness.index
      await sweep()
      await sweep()
      expect(harness.index.effects).to.equal(effects + 1)
    })

    it('tells in a dry run of each backup that has something final, and of no other', async () => {
      await harness.sync(backup)
      await harness.createBackup()
      await harness.deleteFactor(device, backup.syncFactorId, 'SYNC')
      const unswept = () => harness.events.events.filter(({ event }) => event === 'deletion_unswept')
      await drySweep()
      expect(unswept()).to.deep.equal([])
      harness.clock.advance(DELETION_GRACE * 1000)
      await drySweep()
      expect(unswept().map(({ fields }) => fields)).to.deep.equal([{ backupId: backup.id }])
    })

    it('only tells in a dry run', async () => {
      await harness.deleteBackup(backup)
      harness.clock.advance(DELETION_GRACE * 1000)
      const { effects } = harness.index
      expect(await drySweep()).to.deep.equal({ seen: 1, removed: 1, failed: 0 })
      expect(harness.index.effects).to.equal(effects)
      expect(await harness.blobs.keys()).to.have.lengthOf(1)
    })

    it('loses to an undeletion that was decided in time', async () => {
      await harness.deleteBackup({ ...backup, device })
      const undelete = await harness.answer(backup.main, 'undelete')
      // A sweep on a machine whose clock is ahead.
      const ahead = openSweepAhead(DELETION_GRACE)
      harness.index.beforeNextCommits(() => harness.application.undelete.execute(undelete))
      expect(await ahead.execute({ grace: GRACE })).to.include({ removed: 0, failed: 0 })
      await expectIntact(harness, backup)
    })

    it('takes no harm from another sweep that came first, or from a reset', async () => {
      await harness.deleteBackup(backup)
      harness.clock.advance(DELETION_GRACE * 1000)
      harness.index.beforeNextCommits(() => sweep())
      expect(await sweep()).to.include({ failed: 0 })
      await expectGone(harness, backup.id)
    })

    it('removes once what it was not told the outcome of', async () => {
      await harness.deleteBackup(backup)
      harness.clock.advance(DELETION_GRACE * 1000)
      harness.index.failNextCommits('after the effect')
      expect(await sweep()).to.deep.equal({ seen: 1, removed: 1, failed: 0 })
      await expectGone(harness, backup.id)
    })
  })

  it('tells how far it is', async () => {
    await abandon('abandoned')
    const seen: number[] = []
    await sweep({ onProgress: (summary) => seen.push(summary.seen) })
    expect(seen).to.deep.equal([1, 2])
  })
})
