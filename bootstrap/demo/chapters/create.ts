import { randomBytes } from 'node:crypto'
import { AccountKeypair } from '../client/account-keypair.ts'
import { sealBackupKey } from '../client/backup-key.ts'
import { P256Keypair } from '../client/p256-keypair.ts'
import { Passkey } from '../client/passkey.ts'
import { sealBackup } from '../client/sealed-backup.ts'
import { SoftwareAuthenticator } from '../client/software-authenticator.ts'
import { Device } from '../device.ts'
import type { Stage } from '../stage.ts'
import { short, shortId, summaryOf } from '../summary.ts'

export interface Household {
  readonly account: AccountKeypair
  readonly passkey: Passkey
  readonly phone: Device
}

const FILES = { 'contacts.txt': 'Ada, Grace', 'notes.txt': 'water the plants' }

/** The first main factor is a passkey, the first sync factor a keypair of the phone. */
export async function createBackup({ narrator, client, origin }: Stage): Promise<Household> {
  narrator.chapter('A phone makes a backup')

  const account = await narrator.step(
    'derive the account key from the seed; its public key is the id of the backup',
    () => new AccountKeypair(randomBytes(32)),
    ({ backupAccountId }) => shortId(backupAccountId),
  )
  const backupId = account.backupAccountId
  const backupKey = randomBytes(32)

  const { sealed, manifestHash } = await narrator.step(
    'seal the files under a random backup key (AES-256-GCM)',
    () => sealBackup(FILES, backupId, backupKey),
    (backup) => `${backup.sealed.length} sealed bytes, manifest ${short(backup.manifestHash)}`,
  )

  const passkey = new Passkey(new SoftwareAuthenticator(), origin)
  const main = await narrator.step(
    'make a passkey; its PRF output stays on the phone',
    async () => {
      const { challenge, token } = await client.createChallengePasskey({
        name: 'ada@mail.example',
        displayName: 'Ada',
        platform: 'IOS',
      })
      return { ...passkey.register(challenge.publicKey, 'phone'), token }
    },
    ({ authorization }) => `credential ${short(authorization.credential.id)}`,
  )
  const initialEncryptionKey = await narrator.step(
    'seal the backup key under the PRF output',
    () => ({ kind: 'PRF' as const, encryptedKey: sealBackupKey(backupKey, main.secret) }),
    ({ encryptedKey }) => `encryptedKey ${short(encryptedKey)}`,
  )

  const syncKey = new P256Keypair()
  const sync = await narrator.step(
    'the keypair of the phone signs a challenge of its own, to become the first sync factor',
    () => client.createChallengeKeypair(),
    ({ challenge }) => `challenge ${short(challenge)}`,
  )
  const payload = {
    backupAccountId: backupId,
    authorization: main.authorization,
    challengeToken: main.token,
    initialEncryptionKey,
    initialSyncFactor: syncKey.authorize(sync.challenge),
    initialSyncChallengeToken: sync.token,
    manifestHash,
  }
  await narrator.step(
    'create: payload and sealed bytes in one multipart request',
    () => client.createBackup(payload, sealed),
    ({ backupMetadata }) => summaryOf(backupMetadata),
  )
  await narrator.refused('the same request again', '409 backup_account_id_already_exists', () =>
    client.createBackup(payload, sealed),
  )
  await narrator.step(
    'status: anyone who knows the id learns the kinds of the main factors, and no more',
    () => client.backupStatus(backupId),
    ({ factors }) => JSON.stringify(factors),
  )

  const phone = new Device(client, { backupId, backupKey, manifestHash, files: FILES }, syncKey)
  return { account, passkey, phone }
}
