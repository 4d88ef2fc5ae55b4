import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { FilesystemBlobStore } from '../adapters/filesystem/filesystem-blob-store.ts'
import { MemoryBackupIndex } from '../adapters/memory/memory-backup-index.ts'
import { MemoryBlobStore } from '../adapters/memory/memory-blob-store.ts'
import { SqliteBackupIndex } from '../adapters/sqlite/sqlite-backup-index.ts'
import type { BackupIndex } from '../application/ports/backup-index.ts'
import type { BlobStore } from '../application/ports/blob-store.ts'
import type { Clock } from '../application/ports/clock.ts'
import type { StorageConfiguration } from './configuration.ts'

/** Where everything is kept. */
export interface Stores {
  readonly index: BackupIndex
  readonly blobs: BlobStore
  close(): Promise<void>
}

export async function openStores(storage: StorageConfiguration, clock: Clock): Promise<Stores> {
  switch (storage.kind) {
    case 'memory':
      return { index: new MemoryBackupIndex(), blobs: new MemoryBlobStore(clock), close: () => Promise.resolve() }
    case 'embedded': {
      await mkdir(storage.folder, { recursive: true })
      const blobs = await FilesystemBlobStore.open(join(storage.folder, 'blobs'))
      const index = await SqliteBackupIndex.open(join(storage.folder, 'index.sqlite'))
      return { index, blobs, close: () => index.close() }
    }
  }
}
