import { expect } from 'chai'
import type { CreateBackupCommand } from '../../../application/use-cases/create-backup.ts'
import type { DomainErrorCode } from '../../../domain/domain-error.ts'
import { newContent, type BackupOwner, type CreatedBackup } from '../../support/application-harness.ts'
import { AccountKeypair, P256Keypair } from '../../support/keypair.ts'
import { expectRefused } from '../support/expectations.ts'
import { keypairAuthorization, KeypairClient, PasskeyClient } from '../support/factor-clients.ts'
import { FOREIGN_CHALLENGE, PASSKEY_AUTHORIZATION } from '../support/faulty-requests.ts'
import { openHarness, type InterleavedHarness } from '../support/open-harness.ts'
import { RecordedBody } from '../support/recorded-body.ts'

describe('CreateBackup refuses, without reading the body,', () => {
  let harness: InterleavedHarness

  beforeEach(() => {
    harness = openHarness()
  })

  type Fault = (command: CreateBackupCommand) => Partial<CreateBackupCommand> | Promise<Partial<CreateBackupCommand>>
  const issue = async (type: 'keypair' | 'passkey', operation: 'create' | 'sync'): Promise<string> =>
    (await harness.application.challenges.issue(type, { operation })).token

  const faults: readonly (readonly [string, DomainErrorCode, Fault])[] = [
    [
      'a sync factor that is a passkey',
      'invalid_sync_factor_type',
      () => ({ initialSyncFactor: PASSKEY_AUTHORIZATION }),
    ],
    [
      'a sync factor that is an OIDC account',
      'invalid_sync_factor_type',
      () => ({ initialSyncFactor: harness.newAccountClient().enrol(FOREIGN_CHALLENGE) }),
    ],
    ['a challenge token that is not ours', 'jwt_error', () => ({ challengeToken: 'nonsense' })],
    ['a sync challenge token that is not ours', 'jwt_error', () => ({ initialSyncChallengeToken: 'nonsense' })],
    [
      'a challenge that wants a passkey',
      'unexpected_challenge_type',
      async () => ({ challengeToken: await issue('passkey', 'create') }),
    ],
    [
      'a passkey for a challenge that wants a keypair',
      'unexpected_challenge_type',
      () => ({ authorization: new PasskeyClient().enrol(FOREIGN_CHALLENGE) }),
    ],
    [
      'a sync challenge that wants a passkey',
      'unexpected_challenge_type',
      async () => ({ initialSyncChallengeToken: await issue('passkey', 'create') }),
    ],
    [
      'a challenge for something else',
      'invalid_challenge_context',
      async () => ({ challengeToken: await issue('keypair', 'sync') }),
    ],
    [
      'a sync challenge for something else',
      'invalid_challenge_context',
      async () => ({ initialSyncChallengeToken: await issue('keypair', 'sync') }),
    ],
    [
      'a main factor that signed something else',
      'signature_verification_error',
      () => ({ authorization: keypairAuthorization(new P256Keypair(), FOREIGN_CHALLENGE) }),
    ],
    [
      'a sync factor that signed something else',
      'signature_verification_error',
      () => ({ initialSyncFactor: keypairAuthorization(new P256Keypair(), FOREIGN_CHALLENGE) }),
    ],
    [
      'one challenge answered for both factors, when the answers are swapped',
      'signature_verification_error',
      ({ challengeToken, initialSyncChallengeToken }) => ({
        challengeToken: initialSyncChallengeToken,
        initialSyncChallengeToken: challengeToken,
      }),
    ],
  ]
  for (const [fault, code, introduce] of faults) {
    it(fault, async () => {
      const command = await harness.createCommand()
      const body = new RecordedBody([newContent()])
      const faulty = { ...command, body, ...(await introduce(command)) }
      await expectRefused(harness, () => harness.application.createBackup.execute(faulty), code)
      expect(body.reads).to.equal(0)
      await harness.application.createBackup.execute(command)
    })
  }

  it('an OIDC account without its id at Turnkey', async () => {
    const command = await harness.createCommand({ main: harness.newAccountClient() })
    const body = new RecordedBody([newContent()])
    const faulty = { ...command, body, turnkeyProviderId: undefined }
    await expectRefused(harness, () => harness.application.createBackup.execute(faulty), 'missing_turnkey_provider_id')
    expect(body.reads).to.equal(0)
    await harness.application.createBackup.execute(command)
  })

  const taken: readonly (readonly [string, DomainErrorCode, (owner: CreatedBackup) => Partial<BackupOwner>])[] = [
    ['an id that is taken', 'backup_account_id_already_exists', ({ account }) => ({ account })],
    ['a factor that is', 'factor_already_exists', ({ device }) => ({ device })],
  ]
  for (const [what, code, of] of taken) {
    it(`${what}, before that an OIDC account is without its id at Turnkey`, async () => {
      const other = of(await harness.createBackup())
      const command = await harness.createCommand({ main: harness.newAccountClient(), ...other })
      const faulty = { ...command, turnkeyProviderId: undefined }
      await expectRefused(harness, () => harness.application.createBackup.execute(faulty), code)
    })
  }

  it('an OIDC account with an empty id at Turnkey, which is none', async () => {
    const command = await harness.createCommand({ main: harness.newAccountClient() })
    const faulty = { ...command, turnkeyProviderId: '' }
    await expectRefused(harness, () => harness.application.createBackup.execute(faulty), 'missing_turnkey_provider_id')
  })

  it('a challenge that has expired', async () => {
    const command = await harness.createCommand()
    harness.clock.advance(15 * 60_000)
    await expectRefused(harness, () => harness.application.createBackup.execute(command), 'jwt_error')
  })

  it('the id of a backup there is', async () => {
    const { account, id } = await harness.createBackup()
    const body = new RecordedBody([newContent()])
    const command = { ...(await harness.createCommand({ account })), body }
    await expectRefused(
      harness,
      () => harness.application.createBackup.execute(command),
      'backup_account_id_already_exists',
    )
    expect(body.reads).to.equal(0)
    const free = { ...command, backupId: new AccountKeypair().backupAccountId }
    expect(await harness.application.createBackup.execute(free))
      .to.have.property('id')
      .not.equal(id)
  })

  it('an id that is taken before a factor that is', async () => {
    const { account, main, device } = await harness.createBackup()
    const command = await harness.createCommand({ account, main, device })
    await expectRefused(
      harness,
      () => harness.application.createBackup.execute(command),
      'backup_account_id_already_exists',
    )
  })

  for (const part of ['main', 'device'] as const) {
    it(`a ${part} factor that belongs to another backup`, async () => {
      const { [part]: taken } = await harness.createBackup()
      const body = new RecordedBody([newContent()])
      const command = { ...(await harness.createCommand({ [part]: taken })), body }
      await expectRefused(harness, () => harness.application.createBackup.execute(command), 'factor_already_exists')
      expect(body.reads).to.equal(0)
    })
  }

  it('one keypair as both factors', async () => {
    const main = new KeypairClient()
    const body = new RecordedBody([newContent()])
    const command = { ...(await harness.createCommand({ main, device: main.keypair })), body }
    await expectRefused(harness, () => harness.application.createBackup.execute(command), 'factor_already_exists')
    expect(body.reads).to.equal(0)
  })
})
