import { expect } from 'chai'
import { newContent, type CreatedBackup } from '../support/application-harness.ts'
import { refusalOf } from '../support/refusal.ts'
import { expectIntact, expectRefused } from './support/expectations.ts'
import { FaultyRequest } from './support/faulty-requests.ts'
import { openHarness, type InterleavedHarness } from './support/open-harness.ts'
import { operationsWith } from './support/operations.ts'

const FAULTS = ['before the effect', 'after the effect'] as const

for (const deletionGrace of [0, 3600]) {
  describe(`A commit whose outcome is unknown, with ${deletionGrace} seconds to undo a deletion`, () =>
    describeUnknownOutcomes(deletionGrace))
}

function describeUnknownOutcomes(deletionGrace: number): void {
  let harness: InterleavedHarness
  let backup: CreatedBackup

  beforeEach(async () => {
    harness = openHarness({ deletionGrace })
    backup = await harness.createBackup()
  })

  for (const { name, prepare } of operationsWith(deletionGrace)) {
    for (const fault of FAULTS) {
      it(`of ${name}, failed twice ${fault}, is repeated as it is, and takes effect once`, async () => {
        const send = await prepare(new FaultyRequest(harness, backup))
        const { effects, attempts } = harness.index
        const start = attempts.length
        harness.index.failNextCommits(fault, fault)
        await send()
        const [first, ...repetitions] = attempts.slice(start)
        expect(repetitions).to.deep.equal([first, first])
        expect(harness.index.effects).to.equal(effects + 1)
      })
    }

    it(`of ${name}, failed three times, is unavailable, and the request can be sent again`, async () => {
      const send = await prepare(new FaultyRequest(harness, backup))
      const { effects } = harness.index
      harness.index.failNextCommits('before the effect', 'before the effect', 'before the effect')
      expect(await refusalOf(send())).to.equal('unavailable')
      expect(harness.index.effects).to.equal(effects)
      await send()
      expect(harness.index.effects).to.equal(effects + 1)
    })

    it(`of ${name} is not even tried while the index cannot be read`, async () => {
      const send = await prepare(new FaultyRequest(harness, backup))
      harness.index.unreadable = true
      await expectRefused(harness, send, 'unavailable')
      harness.index.unreadable = false
      await send()
    })
  }

  it('is settled although another commit came in between', async () => {
    const newer = newContent()
    const command = await harness.syncCommand(backup, newer)
    harness.index.failNextCommits('after the effect')
    harness.index.beforeNextCommits(
      async () => {},
      () => harness.addSyncFactor(backup),
    )
    await harness.application.syncBackup.execute(command)
    await expectIntact(harness, { ...backup, content: newer })
  })

  it('waits before it is repeated', async () => {
    const started = harness.clock.now()
    harness.index.failNextCommits('before the effect', 'before the effect')
    await harness.sync(backup)
    expect(harness.clock.now()).to.be.greaterThan(started)
  })

  it('keeps the blob of a creation that happened after all', async () => {
    const command = await harness.createCommand()
    harness.index.failNextCommits('after the effect', 'after the effect', 'after the effect')
    expect(await refusalOf(harness.application.createBackup.execute(command))).to.equal('unavailable')
    await harness.application.sealedBlobs.settle()
    const stored = await harness.index.load(command.backupId)
    expect(await harness.blobs.keys()).to.include(stored?.backup.state.blob.key)
  })

  it('keeps both blobs of a sync that happened after all', async () => {
    const newer = newContent()
    const command = await harness.syncCommand(backup, newer)
    harness.index.failNextCommits('after the effect', 'after the effect', 'after the effect')
    expect(await refusalOf(harness.application.syncBackup.execute(command))).to.equal('unavailable')
    await harness.application.sealedBlobs.settle()
    expect(await harness.blobs.keys()).to.have.lengthOf(2)
    await expectIntact(harness, { ...backup, content: newer })
  })

  it('keeps the blob of a sync that may still happen', async () => {
    const command = await harness.syncCommand(backup, newContent())
    harness.index.failNextCommits('before the effect', 'before the effect', 'before the effect')
    expect(await refusalOf(harness.application.syncBackup.execute(command))).to.equal('unavailable')
    await harness.application.sealedBlobs.settle()
    expect(await harness.blobs.keys()).to.have.lengthOf(2)
    await expectIntact(harness, backup)
  })

  it('removes the blob of a sync that is refused once the outcome is known', async () => {
    const command = await harness.syncCommand(backup, newContent())
    harness.index.failNextCommits('before the effect')
    harness.index.beforeNextCommits(() => harness.deleteBackup(backup))
    expect(await refusalOf(harness.application.syncBackup.execute(command))).to.equal('backup_untraceable')
    await harness.application.sealedBlobs.settle()
    const kept = (await harness.index.load(backup.id))?.backup.blobs() ?? []
    expect(await harness.blobs.keys()).to.deep.equal(kept.map(({ key }) => key))
  })

  it('is no refusal: faults of another kind are not repeated', async () => {
    const fault = new Error('a fault')
    harness.index.beforeNextCommits(() => Promise.reject(fault))
    const { attempts } = harness.index
    const start = attempts.length
    const reason: unknown = await harness.sync(backup).catch((error: unknown) => error)
    expect(reason).to.equal(fault)
    expect(attempts).to.have.lengthOf(start + 1)
  })
}
