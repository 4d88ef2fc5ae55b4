import type { BackupId } from '../../domain/backup-id.ts'
import type { SealedBlob } from '../../domain/sealed-blob.ts'

// A key begins with the id of its backup, which the head has as its partition key: without it a head has room for twice
// as many factors before a sync costs another unit.

export function withShortKey(id: BackupId, blob: SealedBlob): SealedBlob {
  return blob.key.startsWith(`${id}/`) ? { ...blob, key: blob.key.slice(id.length) } : blob
}

/** A whole key never begins with a slash. */
export function withWholeKey(id: BackupId, blob: SealedBlob): SealedBlob {
  return blob.key.startsWith('/') ? { ...blob, key: `${id}${blob.key}` } : blob
}
