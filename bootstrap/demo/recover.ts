import type { BackupClient } from './client/backup-client.ts'
import { openBackupKey } from './client/backup-key.ts'
import { openBackup, type Files } from './client/sealed-backup.ts'
import type { BackupMetadata } from './client/wire.ts'
import type { RecoveryFactor } from './main-factors.ts'

export interface Recovered {
  readonly files: Files
  readonly backupKey: Uint8Array
  readonly metadata: BackupMetadata
  /** The right to make this device a sync factor: once, within 15 minutes. */
  readonly syncFactorToken: string
}

/** The way back: the factor gets the sealed bytes, its secret opens the key, the key opens the bytes. */
export async function recover(client: BackupClient, factor: RecoveryFactor): Promise<Recovered> {
  const { answer, secret } = await factor.answer('retrieve')
  const { backup, metadata, syncFactorToken } = await client.retrieveFromChallenge(answer)
  const key = metadata.keys.find(({ kind }) => kind === factor.keyKind)
  if (key === undefined) throw new Error(`the backup has no key of kind ${factor.keyKind}`)
  const backupKey = openBackupKey(key.encryptedKey, secret)
  const sealed = Buffer.from(backup, 'base64')
  const files = openBackup({ sealed, manifestHash: metadata.manifestHash }, metadata.id, backupKey)
  return { files, backupKey, metadata, syncFactorToken }
}
