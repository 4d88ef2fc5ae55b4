import { expect } from 'chai'
import type { SyncBackupCommand } from '../../application/use-cases/sync-backup.ts'
import { manifestHashOf, newContent, type CreatedBackup } from '../support/application-harness.ts'
import { refusalOf } from '../support/refusal.ts'
import { expectIntact, outcomesOf, storedMetadata } from './support/expectations.ts'
import { openHarness, type InterleavedHarness } from './support/open-harness.ts'
import { RecordedBody } from './support/recorded-body.ts'

describe('A sync that loses a race', () => {
  let harness: InterleavedHarness
  let backup: CreatedBackup
  let newer: CreatedBackup
  let command: SyncBackupCommand

  beforeEach(async () => {
    harness = openHarness()
    backup = await harness.createBackup()
    newer = { ...backup, content: newContent() }
    command = await harness.syncCommand(backup, newer.content)
  })

  const sync = (): Promise<string | undefined> => refusalOf(harness.application.syncBackup.execute(command))
  const addSyncFactor = (): Promise<unknown> => harness.addSyncFactor(backup)

  for (const changes of [1, 7]) {
    it(`to ${changes} added sync factors still succeeds, and keeps them`, async () => {
      harness.index.beforeNextCommits(...Array<typeof addSyncFactor>(changes).fill(addSyncFactor))
      expect(await sync()).to.equal(undefined)
      await expectIntact(harness, newer)
      expect((await storedMetadata(harness, backup.id)).syncFactors).to.have.lengthOf(1 + changes)
    })
  }

  it('eight times is a conflict, changes nothing, and can be sent again', async () => {
    harness.index.beforeNextCommits(...Array<typeof addSyncFactor>(8).fill(addSyncFactor))
    expect(await sync()).to.equal('conflict')
    await harness.application.sealedBlobs.settle()
    expect(await harness.blobs.keys()).to.have.lengthOf(1)
    await expectIntact(harness, backup)
    expect(await sync()).to.equal(undefined)
    await expectIntact(harness, newer)
  })

  const winners: readonly (readonly [string, string, () => Promise<unknown>])[] = [
    ['a deletion of the backup', 'backup_untraceable', () => harness.deleteBackup(backup)],
    [
      'a deletion of the last main factor',
      'backup_untraceable',
      () => harness.deleteFactor(backup.device, backup.mainFactorId, 'MAIN'),
    ],
    [
      'a reset',
      'backup_untraceable',
      async () => harness.application.resetBackup.execute(await harness.resetCommand(backup.account)),
    ],
    [
      'a deletion and a creation of the same backup',
      'backup_untraceable',
      async () => {
        await harness.deleteBackup(backup)
        await harness.createBackup(backup)
      },
    ],
    [
      'the removal of its sync factor',
      'unauthorized_factor',
      () => harness.deleteFactor(backup.device, backup.syncFactorId, 'SYNC'),
    ],
    ['another sync', 'manifest_hash_mismatch', () => harness.sync(backup)],
    [
      'two syncs, the second of which leads back to its state',
      'manifest_hash_mismatch',
      async () => harness.sync(await harness.sync(backup), backup.content),
    ],
  ]
  for (const [winner, code, act] of winners) {
    it(`to ${winner} is ${code}, and leaves no blob`, async () => {
      harness.index.beforeNextCommits(act)
      expect(await sync()).to.equal(code)
      await harness.application.sealedBlobs.settle()
      const stored = await harness.index.load(backup.id)
      const kept = stored?.backup.blobs().map(({ key }) => key) ?? []
      expect(await harness.blobs.keys()).to.deep.equal(kept.sort())
    })
  }

  it('to four others from the same state: one wins, with its bytes and its hash', async () => {
    const contents = Array.from({ length: 5 }, () => newContent())
    const commands = await Promise.all(contents.map((content) => harness.syncCommand(backup, content)))
    harness.index.gatherNextCommits(5)
    const requests = commands.map((each) => harness.application.syncBackup.execute(each))
    expect(await outcomesOf(requests)).to.deep.equal(['done', ...Array<string>(4).fill('manifest_hash_mismatch')])

    const { manifestHash } = await storedMetadata(harness, backup.id)
    const content = contents.find((each) => manifestHashOf(each) === manifestHash)
    await expectIntact(harness, { ...backup, content: content! })
    await harness.application.sealedBlobs.settle()
    expect(await harness.blobs.keys()).to.have.lengthOf(2)
  })

  it('to four others that all lead to the hash they start from: one wins, with the bytes it sent', async () => {
    const accepted: Buffer[] = []
    const requests = Array.from({ length: 5 }, async () => {
      const content = Buffer.from(newContent())
      const unchanged = await harness.syncCommand(backup, backup.content)
      await harness.application.syncBackup.execute({ ...unchanged, body: new RecordedBody([content]) })
      accepted.push(content)
    })
    harness.index.gatherNextCommits(5)
    expect(await outcomesOf(requests)).to.deep.equal(['done', ...Array<string>(4).fill('manifest_hash_mismatch')])
    expect((await harness.retrieve(backup.main)).content).to.deep.equal(accepted[0])
    await harness.application.sealedBlobs.settle()
    expect(await harness.blobs.keys()).to.have.lengthOf(2)
  })
})
