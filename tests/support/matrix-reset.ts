import { parseBackupId } from '../../domain/backup-id.ts'
import { AccountKeypair } from './keypair.ts'
import type { ResetSigner } from './matrix-dimensions.ts'
import { KeypairHolder } from './matrix-holders.ts'
import { expectedResetOutcome } from './matrix-oracle.ts'
import type { PreparedRow } from './matrix-rows.ts'
import type { MatrixWorld } from './matrix-world.ts'

const OTHER_CHALLENGE = Buffer.alloc(32)
/** x = 5 is of no point: 5³ + 7 is no square modulo the field's prime (SEC 2 §2.4.1). */
const NO_POINT = parseBackupId(`backup_account_02${'5'.padStart(64, '0')}`)

/** The operation that wants the account's own key, whoever signs. */
export async function prepareResetRow(world: MatrixWorld, signer: ResetSigner): Promise<PreparedRow> {
  const owner = new KeypairHolder()
  const backup = await world.backups.create({ owner })
  const stranger = new AccountKeypair()
  const signers: Readonly<Record<ResetSigner, Pick<AccountKeypair, 'sign'>>> = {
    'the account, which has a backup': backup.account,
    'the account, which has no backup': stranger,
    'another account': stranger,
    'the main factor, an EC keypair': owner.keypair,
    'the sync factor': backup.device.keypair,
    'anyone, for an id that is no point of the curve': stranger,
  }
  const accounts: Readonly<Partial<Record<ResetSigner, AccountKeypair['backupAccountId']>>> = {
    'the account, which has no backup': stranger.backupAccountId,
    'anyone, for an id that is no point of the curve': NO_POINT,
  }
  const accountId = accounts[signer] ?? backup.account.backupAccountId
  const bindings = { ...world.bindings, accountId }
  return {
    expected: (cell) => expectedResetOutcome(signer, cell),
    bindingsOf: () => bindings,
    usedChallenge: async () => {
      const challenge = await world.challenges.fresh('reset', 'keypair', bindings)
      const signature = backup.account.sign(challenge.challenge)
      await world.client.post('/reset', { backupAccountId: accountId, signature, challengeToken: challenge.token })
      await world.backups.create(backup)
      return challenge
    },
    send: ({ challenge, token }, { proof }) =>
      world.client.post('/reset', {
        backupAccountId: accountId,
        signature: signers[signer].sign(proof === 'broken' ? OTHER_CHALLENGE : challenge),
        challengeToken: token,
      }),
    state: async () => {
      const { factors, syncFactors } = await world.backups.metadata(backup.device)
      return [factors, syncFactors].map((list) => list.map(({ kind }) => kind))
    },
    about: accountId,
  }
}
