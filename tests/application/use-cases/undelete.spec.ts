import { expect } from 'chai'
import { newContent, type CreatedBackup } from '../../support/application-harness.ts'
import { P256Keypair } from '../../support/keypair.ts'
import { refusalOf } from '../../support/refusal.ts'
import { expectGone, expectIntact, expectRefused, outcomesOf, storedMetadata } from '../support/expectations.ts'
import { KeypairClient, PasskeyClient, type FactorClient } from '../support/factor-clients.ts'
import { openHarness, type InterleavedHarness } from '../support/open-harness.ts'

const GRACE = 3600

describe('Undelete', () => {
  let harness: InterleavedHarness
  let backup: CreatedBackup
  let thief: P256Keypair
  let thiefId: string

  beforeEach(async () => {
    harness = openHarness({ deletionGrace: GRACE })
    backup = await harness.createBackup()
    thief = await harness.addSyncFactor(backup)
    thiefId = (await storedMetadata(harness, backup.id)).syncFactors[1]!.id
  })

  const kinds: readonly (readonly [string, () => FactorClient])[] = [
    ['a keypair', () => new KeypairClient()],
    ['a passkey', () => new PasskeyClient()],
    ['a passkey that counts', () => new PasskeyClient({ counts: true })],
    ['an account', () => harness.newAccountClient()],
  ]
  for (const [kind, newMain] of kinds) {
    it(`brings a deleted backup back for ${kind}, without the sync factor that deleted it`, async () => {
      const main = newMain()
      await harness.addFactor(backup, main)
      const before = await storedMetadata(harness, backup.id)
      await harness.deleteBackup({ ...backup, device: thief })

      const { backupId, metadata } = await harness.undelete(main)

      expect(backupId).to.equal(backup.id)
      expect(metadata).to.deep.equal({ ...before, syncFactors: backup.metadata.syncFactors })
      await expectIntact(harness, await harness.sync(backup))
      expect(await refusalOf(harness.sync({ ...backup, device: thief }))).to.equal('backup_untraceable')
    })

    it(`brings ${kind} back that was removed, and its key`, async () => {
      const lone = await harness.createBackup({ main: newMain() })
      await harness.addFactor(lone, newMain())
      const before = await storedMetadata(harness, lone.id)
      await removeWithoutKey(lone)

      const { metadata } = await harness.undelete(lone.main)

      expect(metadata.factors).to.deep.equal([...before.factors].reverse())
      expect(metadata.keys).to.deep.equal(before.keys)
      expect(metadata.syncFactors).to.deep.equal([])
      await expectIntact(harness, lone)
    })
  }

  it('gives back the key that was removed with its factor', async () => {
    const passkey = new PasskeyClient()
    const command = await harness.addFactorCommand(backup.main, passkey)
    const { factorId } = await harness.application.addFactor.execute({
      ...command,
      encryptedBackupKey: passkey.encryptedKey,
    })
    const removal = await harness.deleteFactorCommand(thief, factorId, 'MAIN')
    await harness.application.deleteFactor.execute({ ...removal, encryptionKey: passkey.encryptedKey })
    expect((await storedMetadata(harness, backup.id)).keys).to.deep.equal([backup.main.encryptedKey])

    const { metadata } = await harness.undelete(backup.main)

    expect(metadata.keys).to.deep.equal([backup.main.encryptedKey, passkey.encryptedKey])
    await expectIntact(harness, { ...backup, main: passkey })
  })

  it('undoes all that a thief deleted, and lets the owner in again on any device', async () => {
    const second = new KeypairClient()
    const secondId = await harness.addFactor(backup, second)
    const laptop = await harness.addSyncFactor(backup)
    const before = await storedMetadata(harness, backup.id)
    const laptopId = before.syncFactors[2]!.id
    await harness.deleteFactor(thief, laptopId, 'SYNC')
    await harness.deleteFactor(thief, backup.syncFactorId, 'SYNC')
    await harness.deleteFactor(thief, backup.mainFactorId, 'MAIN')
    await harness.deleteFactor(thief, secondId, 'MAIN')
    expect(await refusalOf(harness.retrieve(second))).to.equal('backup_untraceable')

    const { metadata, syncFactorToken } = await harness.undelete(backup.main)

    expect(metadata.factors).to.have.deep.members(before.factors)
    expect(metadata.syncFactors).to.have.deep.members(before.syncFactors.filter(({ id }) => id !== thiefId))
    const synced = await harness.sync({ ...backup, device: laptop })
    await expectIntact(harness, { ...synced, main: second })
    const phone = new P256Keypair()
    const { authorization, challengeToken } = await harness.deviceAnswer(phone, { operation: 'add-sync-factor' })
    await harness.application.addSyncFactor.execute({ syncFactor: authorization, challengeToken, syncFactorToken })
    await expectIntact(harness, await harness.sync({ ...synced, device: phone }))
    expect(await refusalOf(harness.undelete(backup.main))).to.equal('nothing_to_undelete')
  })

  it('does not give back a sync factor that removed itself after it had deleted something', async () => {
    await harness.deleteFactor(thief, backup.syncFactorId, 'SYNC')
    await harness.deleteFactor(thief, thiefId, 'SYNC')
    const { metadata } = await harness.undelete(backup.main)
    expect(metadata.syncFactors).to.deep.equal(backup.metadata.syncFactors)
  })

  it('frees the credential of the sync factor that goes', async () => {
    await harness.deleteBackup({ ...backup, device: thief })
    await harness.undelete(backup.main)
    await expectIntact(harness, await harness.createBackup({ device: thief }))
  })

  it('keeps what was synced before the deletion', async () => {
    const synced = await harness.sync({ ...backup, device: thief }, newContent())
    await harness.deleteBackup({ ...backup, device: thief })
    await harness.application.sealedBlobs.settle()
    await harness.undelete(backup.main)
    await expectIntact(harness, synced)
  })

  it('works until the last second of the grace', async () => {
    await harness.deleteBackup(backup)
    harness.clock.advance(GRACE * 1000 - 1)
    await harness.undelete(backup.main)
    await expectIntact(harness, backup)
  })

  describe('refuses', () => {
    const refused = async (main: FactorClient, code: Parameters<typeof expectRefused>[2]): Promise<void> => {
      const command = await harness.answer(main, 'undelete')
      await expectRefused(harness, () => harness.application.undelete.execute(command), code)
    }

    it('where nothing was deleted', async () => refused(backup.main, 'nothing_to_undelete'))

    it('a deleted backup once the grace is over, swept or not', async () => {
      await harness.deleteBackup(backup)
      harness.clock.advance(GRACE * 1000)
      await refused(backup.main, 'backup_untraceable')
    })

    it('removed factors once the grace is over, swept or not', async () => {
      const second = new KeypairClient()
      const id = await harness.addFactor(backup, second)
      await harness.deleteFactor(thief, id, 'MAIN')
      harness.clock.advance(GRACE * 1000)
      await refused(backup.main, 'nothing_to_undelete')
      await refused(second, 'backup_untraceable')
    })

    it('a main factor whose own removal is final, though there is something else to undo', async () => {
      const second = new KeypairClient()
      await harness.deleteFactor(thief, await harness.addFactor(backup, second), 'MAIN')
      harness.clock.advance(GRACE * 1000)
      await harness.deleteFactor(thief, backup.syncFactorId, 'SYNC')
      await refused(second, 'backup_untraceable')
      await harness.undelete(backup.main)
    })

    it('a sync factor', async () => {
      await harness.deleteBackup(backup)
      await refused(new KeypairClient(backup.device), 'backup_untraceable')
    })

    it('a stranger', async () => {
      await harness.deleteBackup(backup)
      await refused(new KeypairClient(), 'backup_untraceable')
    })

    it('everything where deletions are final at once', async () => {
      const other = openHarness()
      const gone = await other.createBackup()
      await other.deleteBackup(gone)
      expect(await refusalOf(other.undelete(gone.main))).to.equal('backup_untraceable')
      await expectGone(other, gone.id)
    })
  })

  describe('with a passkey that counts', () => {
    let passkey: PasskeyClient

    beforeEach(async () => {
      passkey = new PasskeyClient({ counts: true })
      const id = await harness.addFactor(backup, passkey)
      await harness.deleteFactor(thief, id, 'MAIN')
    })

    async function undeletion(counter: number): Promise<() => Promise<unknown>> {
      const { challenge, token } = await harness.application.challenges.issue('passkey', { operation: 'undelete' })
      const command = { authorization: passkey.prove(challenge, counter), challengeToken: token }
      return () => harness.application.undelete.execute(command)
    }

    it('moves the counter on in the commit that undoes', async () => {
      const send = await undeletion(7)
      const { effects } = harness.index
      await send()
      expect(harness.index.effects).to.equal(effects + 1)
      const stored = await harness.index.load(backup.id)
      const credentialId = passkey.authenticator.credentialId.toString('base64url')
      expect(stored?.backup.passkey(credentialId)?.signatureCounter).to.equal(7)
    })

    it('refuses a counter that went back: the authenticator may be cloned', async () => {
      await expectRefused(harness, await undeletion(1), 'webauthn_error')
    })
  })

  describe('beside other requests', () => {
    it('undoes a deletion that comes first', async () => {
      await harness.deleteFactor(thief, backup.syncFactorId, 'SYNC')
      harness.index.beforeNextCommits(() => harness.deleteBackup({ ...backup, device: thief }))
      const { metadata } = await harness.undelete(backup.main)
      expect(metadata).to.deep.equal(backup.metadata)
      await expectIntact(harness, backup)
    })

    it('is backup_untraceable once the backup is reset', async () => {
      await harness.deleteBackup(backup)
      const reset = await harness.resetCommand(backup.account)
      harness.index.beforeNextCommits(() => harness.application.resetBackup.execute(reset))
      expect(await refusalOf(harness.undelete(backup.main))).to.equal('backup_untraceable')
      await expectGone(harness, backup.id)
    })

    it('is nothing_to_undelete once another main factor undid it', async () => {
      const second = new KeypairClient()
      await harness.addFactor(backup, second)
      await harness.deleteBackup(backup)
      harness.index.beforeNextCommits(() => harness.undelete(second))
      expect(await refusalOf(harness.undelete(backup.main))).to.equal('nothing_to_undelete')
      await expectIntact(harness, backup)
    })

    it('lets one of several at once win', async () => {
      await harness.deleteBackup(backup)
      harness.index.gatherNextCommits(4)
      const outcomes = await outcomesOf([1, 2, 3, 4].map(() => harness.undelete(backup.main)))
      expect(outcomes).to.deep.equal(['done', ...Array<string>(3).fill('nothing_to_undelete')])
    })
  })

  it('leaves a reset final at once, of a deleted backup too, whose id and factors it frees', async () => {
    await harness.deleteFactor(thief, backup.syncFactorId, 'SYNC')
    await harness.deleteBackup({ ...backup, device: thief })
    await harness.application.resetBackup.execute(await harness.resetCommand(backup.account))
    await expectGone(harness, backup.id)
    expect(await refusalOf(harness.undelete(backup.main))).to.equal('backup_untraceable')
    await expectIntact(harness, await harness.createBackup(backup))
  })

  it('leaves nothing to undo where a factor came back by itself', async () => {
    const laptop = await harness.addSyncFactor(backup)
    const { syncFactors } = await storedMetadata(harness, backup.id)
    await harness.deleteFactor(thief, syncFactors[2]!.id, 'SYNC')
    await harness.addSyncFactor(backup, laptop)
    await expectIntact(harness, await harness.sync({ ...backup, device: laptop }))
    expect(await refusalOf(harness.undelete(backup.main))).to.equal('nothing_to_undelete')
  })

  async function removeWithoutKey({ device, mainFactorId }: CreatedBackup): Promise<void> {
    await harness.deleteFactor(device, mainFactorId, 'MAIN')
  }
})
