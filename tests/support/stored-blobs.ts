import type { BlobStore, OpenBlob } from '../../application/ports/blob-store.ts'
import type { BlobKey } from '../../domain/blob-key.ts'
import type { SealedBlob } from '../../domain/sealed-blob.ts'

/** Opens a blob that is there. @throws {Error} if it is not */
export async function openStored(store: BlobStore, blob: SealedBlob): Promise<OpenBlob> {
  const opened = await store.open(blob)
  if (opened === undefined) throw new Error('the blob should be in the store')
  return opened
}

export async function keysIn(store: BlobStore): Promise<BlobKey[]> {
  const keys: BlobKey[] = []
  for await (const { key } of store.list()) keys.push(key)
  return keys
}
