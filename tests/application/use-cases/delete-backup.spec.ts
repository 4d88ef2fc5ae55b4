import { expect } from 'chai'
import type { CreatedBackup } from '../../support/application-harness.ts'
import { P256Keypair } from '../../support/keypair.ts'
import { expectGone, expectIntact, expectRefused } from '../support/expectations.ts'
import { PasskeyClient } from '../support/factor-clients.ts'
import { openHarness, type InterleavedHarness } from '../support/open-harness.ts'

describe('DeleteBackup', () => {
  let harness: InterleavedHarness
  let backup: CreatedBackup

  beforeEach(async () => {
    harness = openHarness({ history: 3 })
    backup = await harness.createBackup()
  })

  it('removes the backup with the blobs of all its states', async () => {
    await harness.sync(await harness.sync(backup))
    await harness.deleteBackup(backup)
    await expectGone(harness, backup.id)
    expect(await harness.blobs.keys()).to.deep.equal([])
  })

  it('frees its id and all its factors', async () => {
    const passkey = new PasskeyClient()
    await harness.addFactor(backup, passkey)
    const device = await harness.addSyncFactor(backup)
    await harness.deleteBackup(backup)
    const again = await harness.createBackup({ account: backup.account, main: passkey, device })
    await expectIntact(harness, again)
    const other = await harness.createBackup({ main: backup.main, device: backup.device })
    await expectIntact(harness, await harness.sync(other))
  })

  it('leaves other backups alone', async () => {
    const other = await harness.createBackup()
    await harness.deleteBackup(backup)
    await expectIntact(harness, other)
  })

  it('succeeds although blobs cannot be removed, and tells the operator which', async () => {
    await harness.sync(backup)
    const keys = await harness.blobs.keys()
    harness.blobs.readOnly = true
    await harness.deleteBackup(backup)
    await harness.application.sealedBlobs.settle()
    const warned = harness.events.events.map(({ event, fields }) => [event, fields.key])
    expect(warned.sort()).to.deep.equal(keys.map((key) => ['blob_left_behind', key]))
  })

  it('refuses a main factor', async () => {
    const { challenge, token } = await harness.application.challenges.issue('keypair', { operation: 'delete-backup' })
    const command = { authorization: backup.main.prove(challenge), challengeToken: token }
    await expectRefused(harness, () => harness.application.deleteBackup.execute(command), 'backup_untraceable')
  })

  it('refuses a stranger', async () => {
    const command = await harness.deviceAnswer(new P256Keypair(), { operation: 'delete-backup' })
    await expectRefused(harness, () => harness.application.deleteBackup.execute(command), 'backup_untraceable')
  })

  it('refuses a challenge for a sync, which then still serves', async () => {
    const command = await harness.syncCommand(backup, backup.content)
    await expectRefused(harness, () => harness.application.deleteBackup.execute(command), 'invalid_challenge_context')
    await harness.application.syncBackup.execute(command)
  })
})
