import { sealBackupKey } from '../client/backup-key.ts'
import { Passkey } from '../client/passkey.ts'
import { SoftwareAuthenticator } from '../client/software-authenticator.ts'
import type { BackupMetadata, EncryptedBackupKey, Factor } from '../client/wire.ts'
import type { Device } from '../device.ts'
import { passkeyFactor, type Keychain } from '../main-factors.ts'
import { expectSame } from '../narrator.ts'
import { recover } from '../recover.ts'
import type { Stage } from '../stage.ts'
import { short, summaryOf } from '../summary.ts'
import type { Household } from './create.ts'

/** The tablet takes the phone and its passkey off the backup, and a new passkey takes their place. */
export async function replaceLostPhone(
  { narrator, client, origin }: Stage,
  { phone, passkey }: Household,
  tablet: Device,
  keychain: Keychain,
): Promise<void> {
  narrator.chapter('The phone is lost')
  const metadata = await tablet.metadata()

  await narrator.step(
    'delete-factor: the tablet removes the sync factor of the phone',
    () => tablet.deleteFactor(syncFactorOf(metadata, phone).id, 'SYNC'),
    ({ backupMetadata }) => (backupMetadata === null ? 'backup deleted' : summaryOf(backupMetadata)),
  )
  await narrator.refused('the phone asks for the metadata', '400 unauthorized_factor', () => phone.metadata())

  const oldPasskey = mainFactorOf(metadata, 'PASSKEY')
  await narrator.refused(
    'the tablet removes the passkey together with a key that another factor needs',
    '400 factor_orphaned_from_encryption_key',
    () => tablet.deleteFactor(oldPasskey.id, 'MAIN', keyOf(metadata, 'ICLOUD')),
  )
  await narrator.step(
    'the tablet removes the passkey together with its own key',
    () => tablet.deleteFactor(oldPasskey.id, 'MAIN', keyOf(metadata, 'PRF')),
    ({ backupMetadata }) => (backupMetadata === null ? 'backup deleted' : summaryOf(backupMetadata)),
  )
  await narrator.refused('the old passkey asks for the backup', '400 backup_untraceable', () =>
    recover(client, passkeyFactor(client, 'the old passkey', passkey)),
  )

  const newPasskey = new Passkey(new SoftwareAuthenticator(), origin)
  await narrator.step(
    'the EC keypair in the keychain agrees to a new passkey',
    async () => {
      const user = { name: 'ada@mail.example', displayName: 'Ada', platform: 'ANDROID' } as const
      const challenges = await client.addFactorChallenge({ kind: 'PASSKEY', ...user })
      if (typeof challenges.newFactorChallenge === 'string') throw new Error('expected options, got bytes to sign')
      const { authorization, secret } = newPasskey.register(challenges.newFactorChallenge.publicKey, 'new phone')
      return client.addFactor({
        existingFactorAuthorization: keychain.keypair.authorize(challenges.existingFactorChallenge),
        existingFactorChallengeToken: challenges.existingFactorToken,
        newFactorAuthorization: authorization,
        newFactorChallengeToken: challenges.newFactorToken,
        encryptedBackupKey: { kind: 'PRF', encryptedKey: sealBackupKey(tablet.state.backupKey, secret) },
      })
    },
    ({ backupMetadata }) => summaryOf(backupMetadata),
  )
  await narrator.step(
    'recover with the new passkey',
    async () => {
      const recovered = await recover(client, passkeyFactor(client, 'the new passkey', newPasskey))
      expectSame('the files', recovered.files, phone.state.files)
      return recovered
    },
    ({ files, metadata: { manifestHash } }) => `${Object.keys(files).join(', ')} | manifest ${short(manifestHash)}`,
  )
}

function syncFactorOf({ syncFactors }: BackupMetadata, { syncKey }: Device): Factor {
  return found(
    'the sync factor',
    syncFactors.find(({ kind }) => kind.kind === 'EC_KEYPAIR' && kind.publicKey === syncKey.publicKey),
  )
}

function mainFactorOf({ factors }: BackupMetadata, kind: Factor['kind']['kind']): Factor {
  return found(
    'the main factor',
    factors.find((factor) => factor.kind.kind === kind),
  )
}

function keyOf({ keys }: BackupMetadata, kind: EncryptedBackupKey['kind']): EncryptedBackupKey {
  return found(
    'the key',
    keys.find((key) => key.kind === kind),
  )
}

function found<Value>(what: string, value: Value | undefined): Value {
  if (value === undefined) throw new Error(`${what} is not in the metadata`)
  return value
}
