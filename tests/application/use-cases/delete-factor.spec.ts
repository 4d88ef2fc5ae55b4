import { expect } from 'chai'
import type { DeleteFactorCommand } from '../../../application/use-cases/delete-factor.ts'
import type { DomainErrorCode } from '../../../domain/domain-error.ts'
import type { EncryptedBackupKey } from '../../../domain/encrypted-backup-key.ts'
import type { FactorScope } from '../../../domain/factor.ts'
import type { CreatedBackup } from '../../support/application-harness.ts'
import { P256Keypair } from '../../support/keypair.ts'
import { expectGone, expectIntact, expectRefused, storedMetadata } from '../support/expectations.ts'
import { KeypairClient, PasskeyClient } from '../support/factor-clients.ts'
import { openHarness, type InterleavedHarness } from '../support/open-harness.ts'

describe('DeleteFactor', () => {
  let harness: InterleavedHarness
  let backup: CreatedBackup

  beforeEach(async () => {
    harness = openHarness()
    backup = await harness.createBackup()
  })

  async function prepare(
    id: string,
    scope: FactorScope,
    change: Partial<DeleteFactorCommand> = {},
  ): Promise<() => Promise<unknown>> {
    const command = { ...(await harness.deleteFactorCommand(backup.device, id, scope)), ...change }
    return () => harness.application.deleteFactor.execute(command)
  }

  it('takes a main factor away, and answers what is left', async () => {
    const passkey = new PasskeyClient()
    const id = await harness.addFactor(backup, passkey)
    const remove = await prepare(id, 'MAIN')
    expect(await remove()).to.deep.equal(backup.metadata)
    expect(await storedMetadata(harness, backup.id)).to.deep.equal(backup.metadata)
    await expectIntact(harness, backup)
  })

  it('frees the factor for another backup', async () => {
    const passkey = new PasskeyClient()
    await harness.deleteFactor(backup.device, await harness.addFactor(backup, passkey), 'MAIN')
    await expectIntact(harness, await harness.createBackup({ main: passkey }))
  })

  it('takes a sync factor away, which can then do nothing', async () => {
    const device = await harness.addSyncFactor(backup)
    const [, added] = (await storedMetadata(harness, backup.id)).syncFactors
    const remove = await prepare(added!.id, 'SYNC')
    expect(await remove()).to.deep.equal(backup.metadata)
    const answer = await harness.deviceAnswer(device, { operation: 'delete-backup' })
    await expectRefused(harness, () => harness.application.deleteBackup.execute(answer), 'backup_untraceable')
  })

  it('lets a sync factor, even the last one, delete itself', async () => {
    const remove = await prepare(backup.syncFactorId, 'SYNC')
    expect(await remove()).to.deep.equal({ ...backup.metadata, syncFactors: [] })
    await expectIntact(harness, backup)
  })

  it('deletes the backup with the last main factor, with all its blobs, and answers nothing', async () => {
    const synced = await harness.sync(backup)
    const remove = await prepare(backup.mainFactorId, 'MAIN')
    expect(await remove()).to.equal(undefined)
    await expectGone(harness, backup.id)
    await expectIntact(harness, await harness.createBackup(synced))
  })

  it('deletes the backup with the last main factor although sync factors remain, and frees them', async () => {
    const device = await harness.addSyncFactor(backup)
    await harness.deleteFactor(device, backup.mainFactorId, 'MAIN')
    await expectGone(harness, backup.id)
    await expectIntact(harness, await harness.sync(await harness.createBackup({ device })))
  })

  describe('with an encryption key', () => {
    const prf: EncryptedBackupKey = { kind: 'PRF', encryptedKey: 'sealed by a passkey' }
    let passkeyFactorId: string

    beforeEach(async () => {
      const command = { ...(await harness.addFactorCommand(backup.main, new PasskeyClient())), encryptedBackupKey: prf }
      passkeyFactorId = (await harness.application.addFactor.execute(command)).factorId
    })

    it('takes both away', async () => {
      const remove = await prepare(passkeyFactorId, 'MAIN', { encryptionKey: prf })
      expect(await remove()).to.deep.equal(backup.metadata)
    })

    it('leaves the key that is not named', async () => {
      const remove = await prepare(passkeyFactorId, 'MAIN')
      expect(await remove()).to.deep.equal({ ...backup.metadata, keys: [backup.main.encryptedKey, prf] })
    })

    it('deletes the backup with the last main factor', async () => {
      await harness.deleteFactor(backup.device, passkeyFactorId, 'MAIN')
      const remove = await prepare(backup.mainFactorId, 'MAIN', { encryptionKey: backup.main.encryptedKey })
      expect(await remove()).to.equal(undefined)
      await expectGone(harness, backup.id)
    })

    type Refused = readonly [string, DomainErrorCode, () => readonly [string, FactorScope, EncryptedBackupKey]]
    const refusals: readonly Refused[] = [
      [
        'a key that another main factor needs',
        'factor_orphaned_from_encryption_key',
        () => [passkeyFactorId, 'MAIN', backup.main.encryptedKey],
      ],
      [
        'a key that is not of the backup',
        'encryption_key_not_found',
        () => [passkeyFactorId, 'MAIN', { ...prf, encryptedKey: 'another' }],
      ],
      ['a key with a sync factor', 'encryption_key_not_allowed', () => [backup.syncFactorId, 'SYNC', prf]],
    ]
    for (const [what, code, names] of refusals) {
      it(`refuses ${what}; the challenge still serves`, async () => {
        const [id, scope, encryptionKey] = names()
        const command = await harness.deleteFactorCommand(backup.device, id, scope)
        const faulty = { ...command, encryptionKey }
        await expectRefused(harness, () => harness.application.deleteFactor.execute(faulty), code)
        await harness.application.deleteFactor.execute(command)
      })
    }
  })

  it('refuses a factor of the other scope; the challenge still serves', async () => {
    const command = await harness.deleteFactorCommand(backup.device, backup.syncFactorId, 'SYNC')
    const faulty = { ...command, scope: 'MAIN' } as const
    await expectRefused(harness, () => harness.application.deleteFactor.execute(faulty), 'factor_not_found')
    await harness.application.deleteFactor.execute(command)
  })

  it('refuses a factor of another backup', async () => {
    const other = await harness.createBackup()
    await expectRefused(harness, await prepare(other.mainFactorId, 'MAIN'), 'factor_not_found')
    await expectIntact(harness, other)
  })

  it('refuses a challenge for another factor; it still serves for that one', async () => {
    const command = await harness.deleteFactorCommand(backup.device, backup.syncFactorId, 'SYNC')
    const faulty = { ...command, factorId: backup.mainFactorId, scope: 'MAIN' } as const
    await expectRefused(harness, () => harness.application.deleteFactor.execute(faulty), 'invalid_challenge_context')
    await harness.application.deleteFactor.execute(command)
  })

  it('refuses a main factor', async () => {
    const factorId = backup.mainFactorId
    const context = { operation: 'delete-factor', factorId } as const
    const { challenge, token } = await harness.application.challenges.issue('keypair', context)
    const request = await prepare(factorId, 'MAIN', {
      authorization: backup.main.prove(challenge),
      challengeToken: token,
    })
    await expectRefused(harness, request, 'backup_untraceable')
  })

  it('refuses a stranger before it tells whether there is such a factor', async () => {
    const command = await harness.deleteFactorCommand(new P256Keypair(), 'no factor', 'MAIN')
    await expectRefused(harness, () => harness.application.deleteFactor.execute(command), 'backup_untraceable')
  })

  it('answers for the wrong factor before the wrong proof', async () => {
    const command = await harness.deleteFactorCommand(new P256Keypair(), backup.mainFactorId, 'MAIN')
    const faulty = { ...command, factorId: backup.syncFactorId }
    await expectRefused(harness, () => harness.application.deleteFactor.execute(faulty), 'invalid_challenge_context')
  })

  it('makes room for a key of the kind that was taken away', async () => {
    const passkey = new PasskeyClient()
    const encryptedBackupKey = passkey.encryptedKey
    const command = { ...(await harness.addFactorCommand(backup.main, passkey)), encryptedBackupKey }
    const { factorId } = await harness.application.addFactor.execute(command)
    const remove = await prepare(factorId, 'MAIN', { encryptionKey: encryptedBackupKey })
    await remove()
    const again = { ...(await harness.addFactorCommand(backup.main, new KeypairClient())), encryptedBackupKey }
    await harness.application.addFactor.execute(again)
  })
})
