import type { BackupClient } from '../client/backup-client.ts'
import { sealBackupKey } from '../client/backup-key.ts'
import { P256Keypair } from '../client/p256-keypair.ts'
import { Refusal } from '../client/refusal.ts'
import { sealBackup } from '../client/sealed-backup.ts'
import type { CreatedBackup, UndeletedBackup } from '../client/wire.ts'
import type { Device } from '../device.ts'
import { Keychain } from '../main-factors.ts'
import type { Stage } from '../stage.ts'
import { summaryOf } from '../summary.ts'
import type { Household } from './create.ts'

/**
 * A device deletes the backup. Where the service has a grace of deletions a main factor brings it back, elsewhere it is made
 * anew under the same id. Then the key of the account resets it, without any factor.
 */
export async function endBackup(
  { narrator, client }: Stage,
  { account }: Household,
  tablet: Device,
  keychain: Keychain,
): Promise<void> {
  narrator.chapter('The end')
  const backupId = account.backupAccountId

  await narrator.step('delete-backup, by the tablet', () => tablet.deleteBackup())
  await narrator.refused('status', '404 not_found', () => client.backupStatus(backupId))
  await narrator.refused('the tablet asks for the metadata', '400 backup_does_not_exist', () => tablet.metadata())

  const undeleted = await narrator.step(
    'undelete, by the EC keypair in the keychain: brings back all that was deleted, if the service has a grace for that',
    () => undelete(client, keychain),
    (result) => (result === undefined ? 'this service has none' : summaryOf(result.backupMetadata)),
  )
  if (undeleted === undefined) {
    await narrator.step(
      'the id is free again: create, this time with an EC keypair as the first main factor',
      () => createAnew(client, tablet),
      ({ backupMetadata }) => summaryOf(backupMetadata),
    )
  } else {
    await narrator.refused('the tablet, which deleted it, asks for the metadata', '400 unauthorized_factor', () =>
      tablet.metadata(),
    )
  }

  await narrator.step('reset: every factor is lost, but the account key signs', async () => {
    const { challenge, token } = await client.resetChallengeKeypair(backupId)
    await client.reset({ backupAccountId: backupId, signature: account.sign(challenge), challengeToken: token })
  })
  await narrator.refused('status', '404 not_found', () => client.backupStatus(backupId))
}

/** @returns `undefined` where deletions are final at once */
async function undelete(client: BackupClient, { keypair }: Keychain): Promise<UndeletedBackup | undefined> {
  const { challenge, token } = await client.undeleteChallengeKeypair()
  try {
    return await client.undelete({ authorization: keypair.authorize(challenge), challengeToken: token })
  } catch (error) {
    if (error instanceof Refusal && error.code === 'backup_untraceable') return undefined
    throw error
  }
}

async function createAnew(client: BackupClient, { state }: Device): Promise<CreatedBackup> {
  const { backupId, files, backupKey } = state
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
}
