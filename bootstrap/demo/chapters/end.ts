import { sealBackupKey } from '../client/backup-key.ts'
import { P256Keypair } from '../client/p256-keypair.ts'
import { sealBackup } from '../client/sealed-backup.ts'
import type { Device } from '../device.ts'
import { Keychain } from '../main-factors.ts'
import type { Stage } from '../stage.ts'
import { summaryOf } from '../summary.ts'
import type { Household } from './create.ts'

/** A device deletes the backup. Made anew under the same id, it is reset by the key of the account, without any factor. */
export async function endBackup({ narrator, client }: Stage, { account }: Household, tablet: Device): Promise<void> {
  narrator.chapter('The end')
  const backupId = account.backupAccountId

  await narrator.step('delete-backup, by the tablet', () => tablet.deleteBackup())
  await narrator.refused('status', '404 not_found', () => client.backupStatus(backupId))
  await narrator.refused('the tablet asks for the metadata', '400 backup_does_not_exist', () => tablet.metadata())

  const { files, backupKey } = tablet.state
  await narrator.step(
    'the id is free again: create, this time with an EC keypair as the first main factor',
    async () => {
      const { sealed, manifestHash } = sealBackup(files, backupId, backupKey)
      const keychain = new Keychain()
      const [main, sync] = await Promise.all([client.createChallengeKeypair(), client.createChallengeKeypair()])
      return client.createBackup(
        {
          backupAccountId: backupId,
          authorization: keychain.keypair.authorize(main.challenge),
          challengeToken: main.token,
          initialEncryptionKey: { kind: 'ICLOUD', encryptedKey: sealBackupKey(backupKey, keychain.secret) },
          initialSyncFactor: new P256Keypair().authorize(sync.challenge),
          initialSyncChallengeToken: sync.token,
          manifestHash,
        },
        sealed,
      )
    },
    ({ backupMetadata }) => summaryOf(backupMetadata),
  )
  await narrator.step('reset: every factor is lost, but the account key signs', async () => {
    const { challenge, token } = await client.resetChallengeKeypair(backupId)
    await client.reset({ backupAccountId: backupId, signature: account.sign(challenge), challengeToken: token })
  })
  await narrator.refused('status', '404 not_found', () => client.backupStatus(backupId))
}
