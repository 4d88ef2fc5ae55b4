import { expect } from 'chai'
import { AccountKeypair } from '../../support/keypair.ts'
import { expectRefused } from '../support/expectations.ts'
import { KeypairClient, PasskeyClient } from '../support/factor-clients.ts'
import { openHarness, type InterleavedHarness } from '../support/open-harness.ts'

describe('ReportStatus', () => {
  let harness: InterleavedHarness

  beforeEach(() => {
    harness = openHarness()
  })

  it('tells the kinds of the main factors in their order, the provider of an account, and nothing else', async () => {
    const backup = await harness.createBackup({ main: new PasskeyClient() })
    await harness.addFactor(backup, harness.newAccountClient())
    await harness.addFactor(backup, new KeypairClient())
    expect(await harness.application.reportStatus.execute(backup.id)).to.deep.equal([
      { kind: 'PASSKEY', accountKind: null },
      { kind: 'OIDC_ACCOUNT', accountKind: 'GOOGLE' },
      { kind: 'EC_KEYPAIR', accountKind: null },
    ])
  })

  it('knows nothing of an id without a backup', async () => {
    const { backupAccountId } = new AccountKeypair()
    await expectRefused(harness, () => harness.application.reportStatus.execute(backupAccountId), 'not_found')
  })

  it('knows nothing of a backup that was deleted', async () => {
    const backup = await harness.createBackup()
    await harness.deleteBackup(backup)
    await expectRefused(harness, () => harness.application.reportStatus.execute(backup.id), 'not_found')
  })
})
