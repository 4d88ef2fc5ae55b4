import { isBackupId, parseBackupId, type BackupId } from './backup-id.ts'
import type { Brand } from './brand.ts'

/** `{backupId}/{uuid}`: where the bytes of one upload lie, written once and never again. A safe path in any folder. */
export type BlobKey = Brand<string, 'BlobKey'>

/** No dot and no slash: such a name leads neither out of its folder, nor to a hidden file inside it. */
const NAME = /^[A-Za-z0-9_-]{1,128}$/

/** Whether a store's own listing, where there may be anything, names a blob. */
export function isBlobKey(text: string): text is BlobKey {
  const [folder = '', name = '', ...deeper] = text.split('/')
  return deeper.length === 0 && isBackupId(folder) && NAME.test(name)
}

/** @throws {TypeError} keys are made here, so any other is damage or a programming error */
export function parseBlobKey(text: string): BlobKey {
  if (isBlobKey(text)) return text
  throw new TypeError('a blob key is {backupId}/{uuid}')
}

/** @param uuid fresh @throws {TypeError} if it is not even a name */
export function blobKey(backupId: BackupId, uuid: string): BlobKey {
  return parseBlobKey(`${backupId}/${uuid}`)
}

/** The backup that the bytes were uploaded for. */
export function backupIdOf(key: BlobKey): BackupId {
  return parseBackupId(key.slice(0, key.indexOf('/')))
}
