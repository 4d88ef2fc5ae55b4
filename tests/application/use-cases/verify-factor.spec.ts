import { expect } from 'chai'
import type { CreatedBackup } from '../../support/application-harness.ts'
import { expectIntact, expectRefused } from '../support/expectations.ts'
import { KeypairClient, PasskeyClient, type FactorClient } from '../support/factor-clients.ts'
import { FOREIGN_CHALLENGE } from '../support/faulty-requests.ts'
import { openHarness, type InterleavedHarness } from '../support/open-harness.ts'

describe('VerifyFactor', () => {
  let harness: InterleavedHarness
  let backup: CreatedBackup

  beforeEach(async () => {
    harness = openHarness()
    backup = await harness.createBackup()
  })

  const owners: readonly (readonly [string, () => FactorClient])[] = [
    ['a passkey', () => new PasskeyClient()],
    ['an OIDC account', () => harness.newAccountClient()],
    ['an EC keypair', () => new KeypairClient()],
  ]
  for (const [kind, newOwner] of owners) {
    it(`tells ${kind} the backup it leads to`, async () => {
      const main = newOwner()
      const { id } = await harness.createBackup({ main })
      expect(await harness.application.verifyFactor.execute(await harness.answer(main, 'verify-factor'))).to.equal(id)
    })

    it(`knows no backup of ${kind} that is no factor`, async () => {
      const command = await harness.answer(newOwner(), 'verify-factor')
      const request = (): Promise<unknown> => harness.application.verifyFactor.execute(command)
      await expectRefused(harness, request, 'backup_untraceable')
    })

    it(`refuses ${kind} that answered another challenge; the right answer still serves`, async () => {
      const main = newOwner()
      await harness.createBackup({ main })
      const command = await harness.answer(main, 'verify-factor')
      const faulty = { ...command, authorization: main.prove(FOREIGN_CHALLENGE) }
      const request = (): Promise<unknown> => harness.application.verifyFactor.execute(faulty)
      const code = main.kind === 'PASSKEY' ? 'webauthn_error' : 'signature_verification_error'
      await expectRefused(harness, request, code)
      await harness.application.verifyFactor.execute(command)
    })
  }

  it('refuses a sync factor', async () => {
    const command = await harness.deviceAnswer(backup.device, { operation: 'verify-factor' })
    const request = (): Promise<unknown> => harness.application.verifyFactor.execute(command)
    await expectRefused(harness, request, 'backup_untraceable')
  })

  it('refuses a challenge for a retrieval, which then still serves', async () => {
    const command = await harness.answer(backup.main, 'retrieve')
    const request = (): Promise<unknown> => harness.application.verifyFactor.execute(command)
    await expectRefused(harness, request, 'invalid_challenge_context')
    await harness.application.retrieveBackup.execute(command)
  })

  it('leaves the backup as it is', async () => {
    const before = await harness.index.load(backup.id)
    await harness.application.verifyFactor.execute(await harness.answer(backup.main, 'verify-factor'))
    expect(await harness.index.load(backup.id)).to.deep.equal(before)
    await expectIntact(harness, backup)
  })
})
