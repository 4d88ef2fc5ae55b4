import { expect } from 'chai'
import { unixSeconds } from '../../../application/ports/clock.ts'
import type { CreatedBackup } from '../../support/application-harness.ts'
import { expectIntact, expectRefused, storedMetadata, UUID } from '../support/expectations.ts'
import { KeypairClient, PasskeyClient, type FactorClient } from '../support/factor-clients.ts'
import { openHarness, type InterleavedHarness } from '../support/open-harness.ts'

describe('AddFactor', () => {
  let harness: InterleavedHarness

  beforeEach(() => {
    harness = openHarness()
  })

  const clients: readonly (readonly [string, () => FactorClient])[] = [
    ['a passkey', () => new PasskeyClient()],
    ['an OIDC account', () => harness.newAccountClient()],
    ['an EC keypair', () => new KeypairClient()],
  ]
  for (const [existing, newExisting] of clients) {
    for (const [fresh, newFresh] of clients) {
      it(`lets ${existing} add ${fresh}, which then retrieves the backup`, async () => {
        const backup = await harness.createBackup({ main: newExisting() })
        const main = newFresh()
        const command = await harness.addFactorCommand(backup.main, main)
        const { factorId, metadata } = await harness.application.addFactor.execute(command)
        expect(metadata.factors.map(({ id }) => id)).to.deep.equal([backup.mainFactorId, factorId])
        expect(metadata.factors.map(({ kind }) => kind.kind)).to.deep.equal([backup.main.kind, main.kind])
        expect(await storedMetadata(harness, backup.id)).to.deep.equal(metadata)
        await expectIntact(harness, { ...backup, main })
      })
    }
  }

  describe('to a backup whose main factor is a keypair', () => {
    let backup: CreatedBackup

    beforeEach(async () => {
      backup = await harness.createBackup()
    })

    it('dates the factor now, and changes nothing else', async () => {
      harness.clock.advance(10_000)
      const command = await harness.addFactorCommand(backup.main, new KeypairClient())
      const { factorId, metadata } = await harness.application.addFactor.execute(command)
      expect(factorId).to.match(UUID).and.not.equal(backup.mainFactorId)
      expect(metadata.factors[1]?.createdAt).to.equal(unixSeconds(harness.clock))
      expect({ ...metadata, factors: metadata.factors.slice(0, 1) }).to.deep.equal(backup.metadata)
    })

    it('adds the key that is sealed for the new factor', async () => {
      const passkey = new PasskeyClient()
      const command = {
        ...(await harness.addFactorCommand(backup.main, passkey)),
        encryptedBackupKey: passkey.encryptedKey,
      }
      const { metadata } = await harness.application.addFactor.execute(command)
      expect(metadata.keys).to.deep.equal([backup.main.encryptedKey, passkey.encryptedKey])
    })

    it('keeps what Turnkey calls an account', async () => {
      const command = {
        ...(await harness.addFactorCommand(backup.main, harness.newAccountClient())),
        turnkeyProviderId: 'another provider',
      }
      const { metadata } = await harness.application.addFactor.execute(command)
      expect(metadata.factors[1]?.kind).to.have.property('turnkeyProviderId', 'another provider')
    })

    it('refuses an account without its id at Turnkey; the challenges and the ID token still serve', async () => {
      const command = await harness.addFactorCommand(backup.main, harness.newAccountClient())
      const faulty = { ...command, turnkeyProviderId: undefined }
      await expectRefused(harness, () => harness.application.addFactor.execute(faulty), 'missing_turnkey_provider_id')
      await harness.application.addFactor.execute(command)
    })

    it('refuses a second key of a kind; the challenges still serve without it', async () => {
      const command = await harness.addFactorCommand(backup.main, new KeypairClient())
      const faulty = { ...command, encryptedBackupKey: backup.main.encryptedKey }
      await expectRefused(
        harness,
        () => harness.application.addFactor.execute(faulty),
        'only_one_encryption_key_per_type_allowed',
      )
      await harness.application.addFactor.execute(command)
    })

    const taken: readonly (readonly [string, () => FactorClient | Promise<FactorClient>])[] = [
      ['the factor that agrees', () => backup.main],
      ['a main factor of another backup', async () => (await harness.createBackup()).main],
      ['a sync factor of the backup', () => new KeypairClient(backup.device)],
    ]
    for (const [what, find] of taken) {
      it(`refuses ${what}`, async () => {
        const command = await harness.addFactorCommand(backup.main, await find())
        await expectRefused(harness, () => harness.application.addFactor.execute(command), 'factor_already_exists')
      })
    }

    it('takes a keypair that is a sync factor of another backup', async () => {
      const { device } = await harness.createBackup()
      const main = new KeypairClient(device)
      await harness.addFactor(backup, main)
      await expectIntact(harness, { ...backup, main })
    })

    it('refuses an eleventh main factor; once there is room, the challenges serve', async () => {
      for (let factors = 1; factors < 10; factors += 1) await harness.addFactor(backup, new KeypairClient())
      const eleventh = new KeypairClient()
      const command = await harness.addFactorCommand(backup.main, eleventh)
      await expectRefused(harness, () => harness.application.addFactor.execute(command), 'too_many_factors')
      const { factors } = await storedMetadata(harness, backup.id)
      await harness.deleteFactor(backup.device, factors[9]!.id, 'MAIN')
      await harness.application.addFactor.execute(command)
      await expectIntact(harness, { ...backup, main: eleventh })
    })

    it('refuses the agreement of a sync factor', async () => {
      const command = await harness.addFactorCommand(new KeypairClient(backup.device), new KeypairClient())
      await expectRefused(harness, () => harness.application.addFactor.execute(command), 'backup_untraceable')
    })

    it('refuses the agreement of a factor that was revoked', async () => {
      const revoked = new KeypairClient()
      const factorId = await harness.addFactor(backup, revoked)
      const command = await harness.addFactorCommand(revoked, new KeypairClient())
      await harness.deleteFactor(backup.device, factorId, 'MAIN')
      await expectRefused(harness, () => harness.application.addFactor.execute(command), 'backup_untraceable')
    })

    it('checks the new factor’s proof before it looks for the existing factor', async () => {
      const stranger = new KeypairClient()
      const fresh = new KeypairClient()
      const command = await harness.addFactorCommand(stranger, fresh)
      const other = await harness.addFactorCommand(stranger, fresh)
      const faulty = { ...command, newFactor: other.newFactor }
      await expectRefused(harness, () => harness.application.addFactor.execute(faulty), 'signature_verification_error')
    })
  })
})
