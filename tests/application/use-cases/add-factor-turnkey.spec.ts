import type { Challenge } from '../../../application/challenge.ts'
import { challengeInBase64 } from '../../../application/challenge.ts'
import type { AddFactorCommand } from '../../../application/use-cases/add-factor.ts'
import type { DomainErrorCode } from '../../../domain/domain-error.ts'
import type { CreatedBackup } from '../../support/application-harness.ts'
import { expectIntact, expectRefused } from '../support/expectations.ts'
import { KeypairClient, PasskeyClient } from '../support/factor-clients.ts'
import { FOREIGN_CHALLENGE } from '../support/faulty-requests.ts'
import { openHarness, type InterleavedHarness } from '../support/open-harness.ts'

describe('AddFactor, a passkey that agrees by stamping a Turnkey activity', () => {
  let harness: InterleavedHarness
  let backup: CreatedBackup
  let passkey: PasskeyClient
  let fresh: KeypairClient
  let challenge: Challenge
  /** The agreement is still missing. */
  let command: AddFactorCommand

  beforeEach(async () => {
    harness = openHarness()
    // Its encrypted key is one that Turnkey keeps, in the organization of that name.
    backup = await harness.createBackup({ main: harness.newAccountClient() })
    passkey = new PasskeyClient()
    await harness.addFactor(backup, passkey)
    fresh = new KeypairClient()
    await announce()
  })

  async function announce(): Promise<void> {
    const { forExistingFactor, forNewFactor } = await harness.application.announceFactor.execute(fresh.announce())
    challenge = forExistingFactor.challenge
    command = {
      existingFactor: passkey.prove(FOREIGN_CHALLENGE),
      existingFactorToken: forExistingFactor.token,
      turnkeyActivity: undefined,
      newFactor: fresh.enrol(forNewFactor.challenge),
      newFactorToken: forNewFactor.token,
      encryptedBackupKey: undefined,
      turnkeyProviderId: undefined,
    }
  }

  function activity(change: object = {}): string {
    return JSON.stringify({
      type: 'ACTIVITY_TYPE_CREATE_API_KEYS_V2',
      timestampMs: String(harness.clock.now()),
      organizationId: 'organization',
      parameters: { apiKeys: [], userId: 'user' },
      metadata: { challenge: challengeInBase64(challenge) },
      ...change,
    })
  }

  const stamped = (text: string, by = passkey): AddFactorCommand => ({
    ...command,
    existingFactor: by.stamp(text),
    turnkeyActivity: text,
  })
  const add = (what: AddFactorCommand): Promise<unknown> => harness.application.addFactor.execute(what)

  it('adds the factor', async () => {
    await add(stamped(activity()))
    await expectIntact(harness, { ...backup, main: fresh })
  })

  it('adds the factor in any organization to a backup without a key at Turnkey', async () => {
    backup = await harness.createBackup({ main: new PasskeyClient() })
    passkey = new PasskeyClient()
    await harness.addFactor(backup, passkey)
    await announce()
    await add(stamped(activity({ organizationId: 'another' })))
    await expectIntact(harness, { ...backup, main: fresh })
  })

  it('works once', async () => {
    const text = activity()
    await add(stamped(text))
    await expectRefused(harness, () => add(stamped(text)), 'factor_already_exists')
  })

  const activities: readonly (readonly [string, DomainErrorCode, () => string])[] = [
    ['is empty', 'missing_turnkey_activity', () => ''],
    ['is not JSON', 'invalid_turnkey_activity', () => 'nonsense'],
    ['has no organization', 'invalid_turnkey_activity', () => activity({ organizationId: undefined })],
    ['is of another type', 'turnkey_activity_error', () => activity({ type: 'ACTIVITY_TYPE_CREATE_API_KEYS' })],
    [
      'is more than five minutes old',
      'turnkey_activity_error',
      () => activity({ timestampMs: String(harness.clock.now() - 5 * 60_000 - 1) }),
    ],
    [
      'is more than thirty seconds ahead',
      'turnkey_activity_error',
      () => activity({ timestampMs: String(harness.clock.now() + 30_001) }),
    ],
    [
      'is for another challenge',
      'invalid_challenge',
      () => activity({ metadata: { challenge: challengeInBase64(FOREIGN_CHALLENGE) } }),
    ],
    ['spells the challenge as WebAuthn does', 'invalid_challenge', () => activity({ metadata: { challenge } })],
    ['is of another organization', 'turnkey_activity_error', () => activity({ organizationId: 'another' })],
  ]
  for (const [fault, code, text] of activities) {
    it(`refuses an activity that ${fault}; the challenges still serve`, async () => {
      const faulty = stamped(text())
      await expectRefused(harness, () => add(faulty), code)
      await add(stamped(activity()))
    })
  }

  const stamps: readonly (readonly [string, DomainErrorCode, (text: string) => Partial<AddFactorCommand>])[] = [
    ['the stamp of another activity', 'webauthn_error', () => ({ existingFactor: passkey.stamp(activity({ id: 1 })) })],
    ['an assertion over the bare challenge', 'webauthn_error', () => ({ existingFactor: passkey.prove(challenge) })],
    ['an activity that came with other white space', 'webauthn_error', (text) => ({ turnkeyActivity: `${text} ` })],
    ['a stamp without its activity', 'webauthn_error', () => ({ turnkeyActivity: undefined })],
    [
      'the stamp of a passkey that is no factor',
      'backup_untraceable',
      (text) => ({ existingFactor: new PasskeyClient().stamp(text) }),
    ],
  ]
  for (const [what, code, change] of stamps) {
    it(`refuses ${what}; the challenges still serve`, async () => {
      const text = activity()
      const faulty = { ...stamped(text), ...change(text) }
      await expectRefused(harness, () => add(faulty), code)
      await add(stamped(text))
    })
  }

  it('answers for the form of the activity before it looks for the passkey', async () => {
    const faulty = stamped(activity({ organizationId: '' }), new PasskeyClient())
    await expectRefused(harness, () => add(faulty), 'invalid_turnkey_activity')
  })

  for (const change of [{ type: 'another' }, { timestampMs: '0' }, { metadata: {} }]) {
    it(`looks for the passkey before it checks ${Object.keys(change).join()}, which is a proof`, async () => {
      const faulty = stamped(activity(change), new PasskeyClient())
      await expectRefused(harness, () => add(faulty), 'backup_untraceable')
    })
  }

  it('answers for the activity before the assertion', async () => {
    const faulty = { ...stamped(activity({ type: 'another' })), existingFactor: passkey.prove(challenge) }
    await expectRefused(harness, () => add(faulty), 'turnkey_activity_error')
  })

  it('answers for the assertion before it compares organizations', async () => {
    const faulty = { ...stamped(activity({ organizationId: 'another' })), existingFactor: passkey.prove(challenge) }
    await expectRefused(harness, () => add(faulty), 'webauthn_error')
  })

  it('asks for no activity of an account, whose signature says it all', async () => {
    await add({ ...command, existingFactor: backup.main.prove(challenge), turnkeyActivity: 'anything' })
  })
})
