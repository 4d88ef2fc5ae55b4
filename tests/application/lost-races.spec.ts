import { expect } from 'chai'
import { newContent, type CreatedBackup } from '../support/application-harness.ts'
import { P256Keypair } from '../support/keypair.ts'
import { refusalOf } from '../support/refusal.ts'
import { expectGone, expectIntact, outcomesOf, storedMetadata } from './support/expectations.ts'
import { KeypairClient } from './support/factor-clients.ts'
import { openHarness, type InterleavedHarness } from './support/open-harness.ts'

describe('After a lost race', () => {
  let harness: InterleavedHarness
  let backup: CreatedBackup

  beforeEach(async () => {
    harness = openHarness()
    backup = await harness.createBackup()
  })

  async function recreate(): Promise<void> {
    await harness.deleteBackup(backup)
    await harness.createBackup(backup)
  }

  describe('adding a main factor', () => {
    const fresh = new KeypairClient()
    const add = async (existing = backup.main): Promise<string | undefined> =>
      refusalOf(harness.application.addFactor.execute(await harness.addFactorCommand(existing, fresh)))

    it('is unauthorized_factor once the keypair that agreed is revoked', async () => {
      const agreeing = new KeypairClient()
      const factorId = await harness.addFactor(backup, agreeing)
      harness.index.beforeNextCommits(() => harness.deleteFactor(backup.device, factorId, 'MAIN'))
      expect(await add(agreeing)).to.equal('unauthorized_factor')
      expect((await storedMetadata(harness, backup.id)).factors).to.have.lengthOf(1)
    })

    it('is backup_untraceable once the backup is gone', async () => {
      harness.index.beforeNextCommits(() => harness.deleteBackup(backup))
      expect(await add()).to.equal('backup_untraceable')
    })

    it('is backup_untraceable once there is another backup of the same id', async () => {
      harness.index.beforeNextCommits(recreate)
      expect(await add()).to.equal('backup_untraceable')
    })

    it('is factor_already_exists once the backup has that factor', async () => {
      harness.index.beforeNextCommits(() => harness.addFactor(backup, fresh))
      expect(await add()).to.equal('factor_already_exists')
    })

    it('is factor_already_exists once another backup has that factor', async () => {
      harness.index.beforeNextCommits(() => harness.createBackup({ main: fresh }))
      expect(await add()).to.equal('factor_already_exists')
    })

    it('is only_one_encryption_key_per_type_allowed once the backup has a key of that kind', async () => {
      const [first, second] = await Promise.all(
        [new KeypairClient(), fresh].map(async (client) => ({
          ...(await harness.addFactorCommand(backup.main, client)),
          encryptedBackupKey: { kind: 'PRF', encryptedKey: 'sealed by a passkey' } as const,
        })),
      )
      harness.index.beforeNextCommits(() => harness.application.addFactor.execute(first!))
      expect(await refusalOf(harness.application.addFactor.execute(second!))).to.equal(
        'only_one_encryption_key_per_type_allowed',
      )
    })

    it('keeps what a sync did meanwhile', async () => {
      const content = newContent()
      harness.index.beforeNextCommits(() => harness.sync(backup, content))
      expect(await add()).to.equal(undefined)
      await expectIntact(harness, { ...backup, main: fresh, content })
    })
  })

  describe('adding a sync factor', () => {
    const add = async (): Promise<string | undefined> => {
      const command = await harness.addSyncFactorCommand(backup.main, new P256Keypair())
      harness.index.beforeNextCommits(interlude)
      return refusalOf(harness.application.addSyncFactor.execute(command))
    }
    let interlude: () => Promise<unknown>

    it('is backup_missing once the backup is gone', async () => {
      interlude = () => harness.deleteBackup(backup)
      expect(await add()).to.equal('backup_missing')
    })

    it('is backup_missing once there is another backup of the same id', async () => {
      interlude = recreate
      expect(await add()).to.equal('backup_missing')
      expect((await storedMetadata(harness, backup.id)).syncFactors).to.have.lengthOf(1)
    })

    it('succeeds with six others at once, each with a token of its own', async () => {
      const commands = await Promise.all(
        Array.from({ length: 6 }, () => harness.addSyncFactorCommand(backup.main, new P256Keypair())),
      )
      harness.index.gatherNextCommits(6)
      const requests = commands.map((command) => harness.application.addSyncFactor.execute(command))
      expect(await outcomesOf(requests)).to.deep.equal(Array<string>(6).fill('done'))
      expect((await storedMetadata(harness, backup.id)).syncFactors).to.have.lengthOf(7)
    })
  })

  describe('deleting a factor', () => {
    it('is factor_not_found once it is deleted', async () => {
      const factorId = await harness.addFactor(backup, new KeypairClient())
      harness.index.beforeNextCommits(() => harness.deleteFactor(backup.device, factorId, 'MAIN'))
      expect(await refusalOf(harness.deleteFactor(backup.device, factorId, 'MAIN'))).to.equal('factor_not_found')
    })

    it('is unauthorized_factor once the sync factor that asks is deleted', async () => {
      const factorId = await harness.addFactor(backup, new KeypairClient())
      harness.index.beforeNextCommits(() => harness.deleteFactor(backup.device, backup.syncFactorId, 'SYNC'))
      expect(await refusalOf(harness.deleteFactor(backup.device, factorId, 'MAIN'))).to.equal('unauthorized_factor')
    })

    it('deletes the backup once it is the last main factor', async () => {
      const factorId = await harness.addFactor(backup, new KeypairClient())
      harness.index.beforeNextCommits(() => harness.deleteFactor(backup.device, backup.mainFactorId, 'MAIN'))
      await harness.deleteFactor(backup.device, factorId, 'MAIN')
      await expectGone(harness, backup.id)
    })

    it('spares the backup once it is no longer the last main factor', async () => {
      const fresh = new KeypairClient()
      harness.index.beforeNextCommits(() => harness.addFactor(backup, fresh))
      await harness.deleteFactor(backup.device, backup.mainFactorId, 'MAIN')
      await expectIntact(harness, { ...backup, main: fresh })
    })
  })

  describe('deleting a backup', () => {
    it('removes the blobs of a sync that came first', async () => {
      harness.index.beforeNextCommits(() => harness.sync(backup))
      await harness.deleteBackup(backup)
      await expectGone(harness, backup.id)
    })

    it('is unauthorized_factor once the sync factor that asks is deleted', async () => {
      harness.index.beforeNextCommits(() => harness.deleteFactor(backup.device, backup.syncFactorId, 'SYNC'))
      expect(await refusalOf(harness.deleteBackup(backup))).to.equal('unauthorized_factor')
      await expectIntact(harness, backup)
    })

    it('is backup_untraceable once it is deleted', async () => {
      harness.index.beforeNextCommits(() => harness.deleteBackup(backup))
      expect(await refusalOf(harness.deleteBackup(backup))).to.equal('backup_untraceable')
    })

    it('spares another backup of the same id', async () => {
      harness.index.beforeNextCommits(recreate)
      expect(await refusalOf(harness.deleteBackup(backup))).to.equal('backup_untraceable')
      await expectIntact(harness, backup)
    })
  })

  describe('resetting a backup', () => {
    const reset = async (): Promise<string | undefined> =>
      refusalOf(harness.application.resetBackup.execute(await harness.resetCommand(backup.account)))

    it('removes the blobs of a sync that came first', async () => {
      harness.index.beforeNextCommits(() => harness.sync(backup))
      expect(await reset()).to.equal(undefined)
      await expectGone(harness, backup.id)
    })

    it('is not_found once it is deleted', async () => {
      harness.index.beforeNextCommits(() => harness.deleteBackup(backup))
      expect(await reset()).to.equal('not_found')
    })

    it('is not_found, and spares it, once there is another backup of the same id', async () => {
      harness.index.beforeNextCommits(recreate)
      expect(await reset()).to.equal('not_found')
      await expectIntact(harness, backup)
    })
  })
})
