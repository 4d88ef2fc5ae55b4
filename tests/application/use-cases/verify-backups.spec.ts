import { expect } from 'chai'
import { VerifyBackups, type VerifySummary } from '../../../application/use-cases/verify-backups.ts'
import type { StoredBackup } from '../../../application/ports/backup-index.ts'
import { StoreUnavailable } from '../../../application/ports/store-unavailable.ts'
import type { BackupState } from '../../../domain/backup-state.ts'
import { Backup } from '../../../domain/backup.ts'
import { blobKey } from '../../../domain/blob-key.ts'
import type { CreatedBackup } from '../../support/application-harness.ts'
import { chunked } from '../../support/byte-streams.ts'
import { rejectionOf } from '../../support/rejection.ts'
import { replacement, mustCommit } from '../../support/sample-commits.ts'
import {
  sampleBackupId,
  sampleDeletion,
  sampleEcKeypair,
  sampleFactor,
  samplePrfKey,
  sampleICloudKey,
} from '../../support/sample-backups.ts'
import { KeypairClient, PasskeyClient } from '../support/factor-clients.ts'
import { openHarness, type InterleavedHarness } from '../support/open-harness.ts'

/** A sync factor that is not in the backup. */
const FURTHER = sampleFactor(sampleEcKeypair())

const BLOBS: readonly (readonly [what: string, change: Partial<BackupState['blob']>, reason: string])[] = [
  ['truncated', { size: 65 }, 'a blob is shorter than it was when it was stored'],
  ['longer', { size: 63 }, 'a blob is longer than it was when it was stored'],
  ['changed', { sha256: 'f'.repeat(64) }, 'a blob does not have the SHA-256 it was stored with'],
]

describe('VerifyBackups', () => {
  let harness: InterleavedHarness
  let backup: CreatedBackup

  beforeEach(async () => {
    harness = openHarness()
    backup = await harness.createBackup()
  })

  async function verify(): Promise<{ faults: readonly string[]; summary: VerifySummary }> {
    const faults: string[] = []
    const { index, blobs, clock } = harness
    const summary = await new VerifyBackups(index, blobs, clock).execute({ onFault: (fault) => faults.push(fault) })
    expect(summary.faults).to.equal(faults.length)
    return { faults, summary }
  }

  async function stored(): Promise<StoredBackup> {
    return (await harness.index.load(backup.id))!
  }

  /**
   * Puts what no use case allows in the place of the backup.
   * @param pretended what the index is told was there: it writes no other rows than those that differ from it
   */
  async function damage(change: Partial<BackupState>, pretended: Partial<BackupState> = {}): Promise<BackupState> {
    const { backup: before, revision } = await stored()
    const after = Backup.restore({ ...before.state, ...change })
    const from = { backup: Backup.restore({ ...before.state, ...pretended }), revision }
    await mustCommit(harness.index, replacement(from, after))
    return after.state
  }

  it('counts the blobs that no backup points to, which is no fault', async () => {
    const { id } = await harness.createBackup()
    for (const backupId of [backup.id, sampleBackupId(), id]) {
      await harness.blobs.put(blobKey(backupId, 'left'), chunked(Buffer.from('left')))
    }
    const { faults, summary } = await verify()
    expect(faults).to.deep.equal([])
    expect(summary).to.include({ blobs: 2, unreferenced: 3 })
  })

  it('does not call an empty index right where the blobs cannot be reached', async () => {
    harness = openHarness()
    harness.blobs.list = async function* () {
      yield* []
      throw new StoreUnavailable('a test')
    }
    expect(await rejectionOf(verify())).to.be.instanceOf(StoreUnavailable)
  })

  describe('finds nothing wrong', () => {
    it('with what the use cases leave behind', async () => {
      await harness.addFactor(backup, new PasskeyClient())
      await harness.addSyncFactor(backup)
      await harness.sync(backup)
      await harness.deleteBackup(await harness.createBackup())
      const { faults, summary } = await verify()
      expect(faults).to.deep.equal([])
      expect(summary).to.deep.equal({ backups: 1, factorRows: 4, blobs: 2, bytes: 128, unreferenced: 0, faults: 0 })
    })

    it('with a backup that is synced twice while it is looked at, its blob gone meanwhile', async () => {
      harness.blobs.beforeNextOpen(async () => {
        await harness.sync(await harness.sync(backup))
        await harness.application.sealedBlobs.settle()
      })
      expect((await verify()).faults).to.deep.equal([])
    })

    it('with a backup that is deleted while it is looked at', async () => {
      harness.blobs.beforeNextOpen(async () => {
        await harness.deleteBackup(backup)
        await harness.application.sealedBlobs.settle()
      })
      expect((await verify()).faults).to.deep.equal([])
    })

    it('with a backup that is deleted, and another made of its id, while it is looked at', async () => {
      harness.blobs.beforeNextOpen(async () => {
        await harness.deleteBackup(backup)
        await harness.application.sealedBlobs.settle()
        await harness.createBackup({ account: backup.account })
      })
      expect((await verify()).faults).to.deep.equal([])
    })

    it('with a factor that is removed after its row was listed', async () => {
      const device = await harness.addSyncFactor(backup)
      const { backup: before } = await stored()
      const list = harness.index.list.bind(harness.index)
      harness.index.list = async function* () {
        for await (const entry of list()) {
          const isFirst = entry.kind === 'factor-row' && entry.isOf(before.factorReferences()[1]!)
          if (isFirst) await harness.deleteFactor(device, backup.syncFactorId, 'SYNC')
          yield entry
        }
      }
      expect((await verify()).faults).to.deep.equal([])
      expect((await stored()).backup.state.syncFactors, 'it was removed').to.have.length(1)
    })

    it('with a store that fails for a moment', async () => {
      harness.blobs.beforeNextOpen(async () => {
        harness.blobs.unreadable = true
      })
      harness.blobs.beforeNextOpen(async () => {
        harness.blobs.unreadable = false
      })
      expect((await verify()).faults).to.deep.equal([])
    })
  })

  it('finds a blob that is missing', async () => {
    const { key } = (await stored()).backup.state.blob
    await harness.blobs.delete(key)
    expect((await verify()).faults).to.deep.equal([`backup ${backup.id}: blob ${key} is missing`])
  })

  it('finds a superseded blob that is missing', async () => {
    await harness.sync(backup)
    const [{ key }] = (await stored()).backup.state.supersededBlobs as [BackupState['blob']]
    await harness.blobs.delete(key)
    expect((await verify()).faults).to.deep.equal([`backup ${backup.id}: blob ${key} is missing`])
  })

  for (const [what, change, reason] of BLOBS) {
    it(`finds a blob that is ${what}`, async () => {
      const { blob } = await damage({ blob: { ...(await stored()).backup.state.blob, ...change } })
      expect((await verify()).faults).to.deep.equal([`backup ${backup.id}: blob ${blob.key} cannot be read: ${reason}`])
    })
  }

  it('finds that a factor has no row', async () => {
    const { syncFactors } = (await stored()).backup.state
    await damage({ syncFactors: [...syncFactors, FURTHER] }, { syncFactors: [...syncFactors, FURTHER] })
    expect((await verify()).faults).to.deep.equal([
      `backup ${backup.id}: the row of its SYNC factor ${FURTHER.id} is missing`,
    ])
  })

  for (const removed of [
    { scope: 'SYNC', factor: FURTHER },
    { scope: 'MAIN', factor: FURTHER },
  ] as const) {
    it(`finds that a removed factor of scope ${removed.scope} has no row`, async () => {
      const removedFactors = [{ ...sampleDeletion(), ...removed }]
      await damage({ removedFactors }, { removedFactors })
      expect((await verify()).faults).to.deep.equal([
        `backup ${backup.id}: the row of its ${removed.scope} factor ${FURTHER.id} is missing`,
      ])
    })
  }

  it('finds that the row of a factor leads to another backup', async () => {
    const other = await harness.createBackup()
    const { syncFactors } = (await harness.index.load(other.id))!.backup.state
    const { syncFactors: own } = await damage({ syncFactors }, { syncFactors })
    const strayOf = (await stored()).backup
    const { faults } = await verify()
    expect(own).to.equal(syncFactors)
    expect(faults).to.have.length(2)
    expect(faults).to.include(
      `backup ${backup.id}: the row of its SYNC factor ${syncFactors[0]!.id} leads to backup ${other.id}`,
    )
    expect(
      faults.find((fault) => fault.startsWith('factor row SYNC#')),
      'of the factor it had',
    ).to.match(new RegExp(`: it leads to backup ${strayOf.id}, which has no such factor$`))
  })

  it('finds a row without its factor', async () => {
    await damage({ syncFactors: [] }, { syncFactors: [] })
    const { faults } = await verify()
    expect(faults).to.have.length(1)
    expect(faults[0]).to.match(
      new RegExp(`^factor row SYNC#[0-9a-f]{64}: it leads to backup ${backup.id}, which has no such factor$`),
    )
  })

  it('finds rows without a backup', async () => {
    const { backup: before, revision } = await stored()
    const pretended = Backup.restore({ ...before.state, mainFactors: [], syncFactors: [] })
    const consume = replacement({ backup: before, revision }, before)
    await mustCommit(harness.index, { ...consume, change: { kind: 'delete', before: { backup: pretended, revision } } })
    const { faults } = await verify()
    expect(faults.map((fault) => fault.replace(/[0-9a-f]{64}/, '…'))).to.have.members([
      `factor row MAIN#…: it leads to backup ${backup.id}, which does not exist`,
      `factor row SYNC#…: it leads to backup ${backup.id}, which does not exist`,
    ])
  })

  it('finds what no backup may be, and all of it', async () => {
    const { key } = (await stored()).backup.state.blob
    await damage({ keys: [samplePrfKey(), samplePrfKey(), sampleICloudKey()] })
    await harness.blobs.delete(key)
    expect((await verify()).faults).to.have.members([
      `backup ${backup.id}: it has two encrypted keys of kind PRF`,
      `backup ${backup.id}: blob ${key} is missing`,
    ])
  })

  it('tells of a store that cannot be read', async () => {
    harness.blobs.unreadable = true
    const { key } = (await stored()).backup.state.blob
    const reason = 'the service is temporarily unavailable'
    expect((await verify()).faults).to.deep.equal([`backup ${backup.id}: blob ${key} cannot be read: ${reason}`])
    harness.index.unreadable = true
    expect((await verify()).faults)
      .to.include(`backup ${backup.id}: it cannot be read: ${reason}`)
      .and.have.length(3)
  })

  it('goes on past what is wrong', async () => {
    const { key } = (await stored()).backup.state.blob
    await harness.blobs.delete(key)
    const sound = await harness.createBackup()
    const { faults, summary } = await verify()
    expect(summary).to.deep.equal({ backups: 2, factorRows: 4, blobs: 2, bytes: 128, unreferenced: 0, faults: 1 })
    expect(faults.join()).to.not.include(sound.id)
  })

  it('does not call broken what never holds still, but says so', async () => {
    let { content } = backup
    const sync = async (): Promise<void> => {
      const newer = await harness.sync(await harness.sync({ ...backup, content }))
      ;({ content } = newer)
      await harness.application.sealedBlobs.settle()
    }
    // Once it was synced there are two to open in each look.
    for (let open = 0; open < 40; open += 1) harness.blobs.beforeNextOpen(sync)
    expect((await verify()).faults).to.deep.equal([
      `backup ${backup.id}: it changes all the time, so it could not be looked at`,
    ])
  })

  it('tells nothing of a credential, an account or a key', async () => {
    const main = new KeypairClient()
    backup = await harness.createBackup({ main })
    const { mainFactors, keys } = (await stored()).backup.state
    await damage({ syncFactors: [], keys: [...keys, ...keys] }, { syncFactors: [], mainFactors: [...mainFactors] })
    const text = (await verify()).faults.join('\n')
    expect(text).to.include(backup.id)
    for (const secret of [main.keypair.publicKey, backup.device.publicKey, main.encryptedKey.encryptedKey]) {
      expect(text).to.not.include(secret)
    }
  })

  it('tells how far it is', async () => {
    const seen: number[] = []
    const { index, blobs, clock } = harness
    await new VerifyBackups(index, blobs, clock).execute({
      onFault: () => undefined,
      onProgress: ({ backups, factorRows }) => seen.push(backups + factorRows),
    })
    expect(seen).to.deep.equal([1, 2, 3])
  })
})
