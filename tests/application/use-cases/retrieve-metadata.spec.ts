import { expect } from 'chai'
import type { BackupId } from '../../../domain/backup-id.ts'
import type { DomainErrorCode } from '../../../domain/domain-error.ts'
import type { CreatedBackup } from '../../support/application-harness.ts'
import { AccountKeypair, P256Keypair } from '../../support/keypair.ts'
import { expectRefused } from '../support/expectations.ts'
import { KeypairClient, PasskeyClient } from '../support/factor-clients.ts'
import { openHarness, type InterleavedHarness } from '../support/open-harness.ts'

describe('RetrieveMetadata', () => {
  let harness: InterleavedHarness
  let backup: CreatedBackup

  beforeEach(async () => {
    harness = openHarness()
    backup = await harness.createBackup()
  })

  async function prepare(device: P256Keypair, backupId?: BackupId): Promise<() => Promise<unknown>> {
    const answer = await harness.deviceAnswer(device, { operation: 'retrieve-metadata' })
    return () => harness.application.retrieveMetadata.execute({ ...answer, backupId })
  }

  it('shows a sync factor its backup', async () => {
    const read = await prepare(backup.device)
    expect(await read()).to.deep.equal(backup.metadata)
  })

  it('shows a sync factor the backup that it names', async () => {
    const read = await prepare(backup.device, backup.id)
    expect(await read()).to.deep.equal(backup.metadata)
  })

  it('shows what has changed', async () => {
    const main = new PasskeyClient()
    const factorId = await harness.addFactor(backup, main)
    const device = await harness.addSyncFactor(backup)
    await harness.sync(backup)
    const { metadata } = await harness.retrieve(main)
    expect(metadata.factors.map(({ id }) => id)).to.deep.equal([backup.mainFactorId, factorId])
    const read = await prepare(device)
    expect(await read()).to.deep.equal(metadata)
  })

  type Named = () => BackupId | undefined | Promise<BackupId>
  const combinations: readonly (readonly [string, () => P256Keypair, string, Named, DomainErrorCode])[] = [
    ['a stranger', () => new P256Keypair(), 'no backup', () => undefined, 'backup_untraceable'],
    ['a stranger', () => new P256Keypair(), 'a backup there is', () => backup.id, 'unauthorized_factor'],
    [
      'a stranger',
      () => new P256Keypair(),
      'a backup there is not',
      () => new AccountKeypair().backupAccountId,
      'backup_does_not_exist',
    ],
    [
      'a sync factor',
      () => backup.device,
      'a backup there is not',
      () => new AccountKeypair().backupAccountId,
      'backup_does_not_exist',
    ],
    [
      'a sync factor',
      () => backup.device,
      'the backup of another',
      async () => (await harness.createBackup()).id,
      'backup_id_mismatch',
    ],
    [
      'a main factor',
      () => (backup.main instanceof KeypairClient ? backup.main.keypair : new P256Keypair()),
      'its backup',
      () => backup.id,
      'unauthorized_factor',
    ],
  ]
  for (const [who, device, named, backupId, code] of combinations) {
    it(`tells ${who} that names ${named}: ${code}`, async () => {
      const read = await prepare(device(), await backupId())
      await expectRefused(harness, read, code)
    })
  }

  it('still serves the challenge when another backup was named first', async () => {
    const answer = await harness.deviceAnswer(backup.device, { operation: 'retrieve-metadata' })
    const { id } = await harness.createBackup()
    const read = (backupId: BackupId) => (): Promise<unknown> =>
      harness.application.retrieveMetadata.execute({ ...answer, backupId })
    await expectRefused(harness, read(id), 'backup_id_mismatch')
    expect(await read(backup.id)()).to.deep.equal(backup.metadata)
  })
})
