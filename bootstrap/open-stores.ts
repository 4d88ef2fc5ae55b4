import { join } from 'node:path'
import { FilesystemBlobStore } from '../adapters/filesystem/filesystem-blob-store.ts'
import { makeDurableFolder } from '../adapters/shared/durable-folder.ts'
import { MemoryBackupIndex } from '../adapters/memory/memory-backup-index.ts'
import { MemoryBlobStore } from '../adapters/memory/memory-blob-store.ts'
import { SqliteBackupIndex } from '../adapters/sqlite/sqlite-backup-index.ts'
import type { Clock } from '../application/ports/clock.ts'
import type { Random } from '../application/ports/random.ts'
import type { StorageConfiguration } from './configuration.ts'
import { usingDataFolder } from './start-fault.ts'
import type { ReadableStores, Stores } from './stores.ts'

/** @throws {StartFault} where the data folder cannot be used */
export async function openStores(storage: StorageConfiguration, clock: Clock, random: Random): Promise<Stores> {
  switch (storage.kind) {
    case 'memory':
      return { index: new MemoryBackupIndex(), blobs: new MemoryBlobStore(clock), close: () => Promise.resolve() }
    case 'aws': {
      // The SDK takes its time and memory to load, which a single machine should not pay for.
      const { openAwsStores } = await import('./aws-stores.ts')
      return openAwsStores(storage, clock, random)
    }
    case 'embedded':
      return usingDataFolder(storage.folder, () => openEmbeddedStores(storage.folder))
  }
}

/**
 * For those who only read: of what is kept in a folder nothing is made, brought up to date or cleared away.
 * @throws {StartFault} where the data folder cannot be used as it stands
 */
export async function openStoresAsTheyStand(
  storage: StorageConfiguration,
  clock: Clock,
  random: Random,
): Promise<ReadableStores> {
  if (storage.kind !== 'embedded') return openStores(storage, clock, random)
  return usingDataFolder(storage.folder, async () => {
    const index = SqliteBackupIndex.openAsItStands(join(storage.folder, 'index.sqlite'))
    const blobs = FilesystemBlobStore.asItStands(join(storage.folder, 'blobs'))
    return { index, blobs, close: () => index.close() }
  })
}

async function openEmbeddedStores(folder: string): Promise<Stores> {
  await makeDurableFolder(folder)
  const blobs = await FilesystemBlobStore.open(join(folder, 'blobs'))
  const index = await SqliteBackupIndex.open(join(folder, 'index.sqlite'))
  return { index, blobs, close: () => index.close() }
}
