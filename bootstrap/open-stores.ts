import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ifPresent } from '../adapters/shared/errno.ts'
import { FilesystemBlobStore } from '../adapters/filesystem/filesystem-blob-store.ts'
import { makeDurableFolder } from '../adapters/shared/durable-folder.ts'
import { MemoryBackupIndex } from '../adapters/memory/memory-backup-index.ts'
import { MemoryBlobStore } from '../adapters/memory/memory-blob-store.ts'
import { MissingDatabase } from '../adapters/sqlite/open-database.ts'
import { SqliteBackupIndex } from '../adapters/sqlite/sqlite-backup-index.ts'
import type { BlobStore } from '../application/ports/blob-store.ts'
import type { Clock } from '../application/ports/clock.ts'
import type { Random } from '../application/ports/random.ts'
import type { StorageConfiguration } from './configuration.ts'
import { StartFault, usingDataFolder } from './start-fault.ts'
import type { ReadableStores, Stores } from './stores.ts'

/** @throws {StartFault} where the stores cannot be used */
export async function openStores(storage: StorageConfiguration, clock: Clock, random: Random): Promise<Stores> {
  switch (storage.kind) {
    case 'memory':
      return {
        index: new MemoryBackupIndex(),
        blobs: new MemoryBlobStore(clock),
        removeAbandonedUploads: () => Promise.resolve(),
        close: () => Promise.resolve(),
      }
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
 * For those who work on what is stored: opened by mistake, an empty store would have nothing wrong with it, and nothing
 * to be done.
 * @throws {StartFault} also where nothing was ever stored
 */
export async function openFilledStores(storage: StorageConfiguration, clock: Clock, random: Random): Promise<Stores> {
  await requireSomethingStored(storage)
  return openStores(storage, clock, random)
}

/**
 * For those who only read: of what is kept in a folder nothing is made, brought up to date or cleared away.
 * @throws {StartFault} where the stores cannot be used as they stand, also where nothing was ever stored
 */
export async function openStoresAsTheyStand(
  storage: StorageConfiguration,
  clock: Clock,
  random: Random,
): Promise<ReadableStores> {
  await requireSomethingStored(storage)
  if (storage.kind !== 'embedded') {
    return { ...(await openStores(storage, clock, random)), integrityFaults: () => [] }
  }
  return usingDataFolder(storage.folder, async () => {
    const index = await SqliteBackupIndex.openAsItStands(indexFile(storage.folder))
    const blobs = FilesystemBlobStore.asItStands(blobsFolder(storage.folder))
    return { index, blobs, integrityFaults: () => index.integrityFaults(), close: () => index.close() }
  })
}

async function openEmbeddedStores(folder: string): Promise<Stores> {
  await makeDurableFolder(folder)
  const blobs = await FilesystemBlobStore.open(blobsFolder(folder))
  const index = await openIndex(indexFile(folder), blobs)
  return {
    index,
    blobs,
    removeAbandonedUploads: () => blobs.removeAbandonedUploads(),
    close: () => index.close(),
  }
}

async function requireSomethingStored(storage: StorageConfiguration): Promise<void> {
  if (storage.kind === 'memory') throw new StartFault('STORAGE', 'nothing is ever stored in the memory of this process')
  if (storage.kind === 'aws') return
  const { folder } = storage
  const found = await usingDataFolder(folder, () => ifPresent(stat(indexFile(folder))))
  if (found === undefined)
    throw new StartFault(
      'DATA_DIR',
      `there is no index.sqlite in ${folder}: nothing was ever stored there, or it is lost`,
    )
}

function indexFile(folder: string): string {
  return join(folder, 'index.sqlite')
}

function blobsFolder(folder: string): string {
  return join(folder, 'blobs')
}

/**
 * Starts no new index beside blobs: it would know none of them, and have them swept. Of two that start at once the other
 * has an index by the time it has a blob, so the blobs are looked at first.
 */
async function openIndex(file: string, blobs: BlobStore): Promise<SqliteBackupIndex> {
  const mayBeNew = !(await holdsAny(blobs))
  try {
    return await SqliteBackupIndex.open(file, { mayBeNew })
  } catch (error) {
    if (!(error instanceof MissingDatabase)) throw error
    throw new Error(
      `${file} is missing or empty, but there are sealed bytes in blobs, which a new index would know nothing of: put ` +
        'the index back that they belong to, with its -wal file; or move blobs away, too, to start without them',
      { cause: error },
    )
  }
}

async function holdsAny(blobs: BlobStore): Promise<boolean> {
  for await (const { key } of blobs.list()) if (key !== '') return true
  return false
}
