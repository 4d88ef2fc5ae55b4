import { expect } from 'chai'
import type { ResetBackupCommand } from '../../../application/use-cases/reset-backup.ts'
import { parseBackupId } from '../../../domain/backup-id.ts'
import type { DomainErrorCode } from '../../../domain/domain-error.ts'
import type { CreatedBackup } from '../../support/application-harness.ts'
import { AccountKeypair, P256Keypair } from '../../support/keypair.ts'
import { expectGone, expectIntact, expectRefused } from '../support/expectations.ts'
import { FOREIGN_CHALLENGE } from '../support/faulty-requests.ts'
import { openHarness, type InterleavedHarness } from '../support/open-harness.ts'

/** x = 5 is on no point of secp256k1. */
const NO_POINT = parseBackupId(`backup_account_02${'5'.padStart(64, '0')}`)

describe('ResetBackup', () => {
  let harness: InterleavedHarness
  let backup: CreatedBackup
  let command: ResetBackupCommand

  beforeEach(async () => {
    harness = openHarness()
    backup = await harness.createBackup()
    command = await harness.resetCommand(backup.account)
  })

  const reset = (change: Partial<ResetBackupCommand> = {}): Promise<void> =>
    harness.application.resetBackup.execute({ ...command, ...change })

  it('removes the backup with the blobs of all its states, for the key that its id is', async () => {
    await harness.sync(backup)
    await reset()
    await expectGone(harness, backup.id)
    expect(await harness.blobs.keys()).to.deep.equal([])
  })

  it('frees the id and all factors', async () => {
    await reset()
    await expectIntact(harness, await harness.createBackup(backup))
  })

  it('leaves other backups alone', async () => {
    const other = await harness.createBackup()
    await reset()
    await expectIntact(harness, other)
  })

  const faults: readonly (readonly [string, DomainErrorCode, () => Promise<Partial<ResetBackupCommand>>])[] = [
    [
      'the signature of another account',
      'invalid_signature',
      async () => ({ signature: new AccountKeypair().sign(FOREIGN_CHALLENGE) }),
    ],
    [
      'a signature over something else',
      'invalid_signature',
      async () => ({ signature: backup.account.sign(FOREIGN_CHALLENGE) }),
    ],
    [
      'the signature of a sync factor',
      'invalid_signature',
      async () => {
        const context = { operation: 'reset', backupId: backup.id } as const
        const { challenge, token } = await harness.application.challenges.issue('keypair', context)
        return { challengeToken: token, signature: backup.device.sign(challenge) }
      },
    ],
    [
      'a challenge for another account',
      'invalid_challenge_context',
      async () => ({ challengeToken: (await harness.resetCommand(new AccountKeypair())).challengeToken }),
    ],
    [
      'a challenge for another operation',
      'invalid_challenge_context',
      async () => harness.deviceAnswer(new P256Keypair(), { operation: 'delete-backup' }),
    ],
    ['a challenge token that is not ours', 'jwt_error', async () => ({ challengeToken: 'nonsense' })],
  ]
  for (const [fault, code, introduce] of faults) {
    it(`refuses ${fault}; the challenge still serves`, async () => {
      const { challengeToken, signature } = { ...command, ...(await introduce()) }
      await expectRefused(harness, () => reset({ challengeToken, signature }), code)
      await reset()
    })
  }

  it('answers for the wrong account before the wrong signature', async () => {
    const other = new AccountKeypair()
    const change = { backupId: other.backupAccountId, signature: other.sign(FOREIGN_CHALLENGE) }
    await expectRefused(harness, () => reset(change), 'invalid_challenge_context')
  })

  it('refuses an id that is no public key', async () => {
    const context = { operation: 'reset', backupId: NO_POINT } as const
    const { challenge, token } = await harness.application.challenges.issue('keypair', context)
    const change = { backupId: NO_POINT, challengeToken: token, signature: backup.account.sign(challenge) }
    await expectRefused(harness, () => reset(change), 'invalid_backup_account_id')
  })

  it('is not_found where there is no backup; once there is one, the challenge still serves', async () => {
    const account = new AccountKeypair()
    const early = await harness.resetCommand(account)
    await expectRefused(harness, () => harness.application.resetBackup.execute(early), 'not_found')
    await harness.createBackup({ account })
    await harness.application.resetBackup.execute(early)
  })
})
