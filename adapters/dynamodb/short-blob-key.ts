import type { BackupId } from '../../domain/backup-id.ts'
import { backupIdOf } from '../../domain/blob-key.ts'
import type { SealedBlob } from '../../domain/sealed-blob.ts'

// A key begins with the id of its backup, which the head has as its partition key: without it a head has room for twice
// as many factors before a sync costs another unit.

/** A blob as the head holds it. */
export interface HeadBlob extends Omit<SealedBlob, 'key'> {
  readonly key: string
}

export function withShortKey(id: BackupId, blob: SealedBlob): HeadBlob {
  return backupIdOf(blob.key) === id ? { ...blob, key: blob.key.slice(id.length) } : blob
}

/** A whole key never begins with a slash. */
export function wholeKey(id: BackupId, key: string): string {
  return key.startsWith('/') ? `${id}${key}` : key
}
