import { join } from 'node:path'
import { FilesystemBlobStore } from '../../adapters/filesystem/filesystem-blob-store.ts'
import { MemoryBlobStore } from '../../adapters/memory/memory-blob-store.ts'
import { BoundedBlobStore } from '../../adapters/shared/bounded-blob-store.ts'
import { NO_METRICS } from '../../adapters/shared/metrics.ts'
import { corruptFile } from '../support/corrupt-file.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { RecordingEventLog } from '../support/recording-event-log.ts'
import { makeTemporaryFolder } from '../support/temporary-folder.ts'
import { describeBlobCorruption, type CorruptibleBlobStore } from './blob-store-integrity.contract.ts'
import { describeBlobStore } from './blob-store.contract.ts'

describeBlobStore('memory', async () => ({ store: new MemoryBlobStore(new ManualClock()), close: async () => {} }))

describeBlobStore('files', openFiles)
describeBlobCorruption('files', openFiles)

describeBlobStore('files, within bulkheads', openBoundedFiles)
describeBlobCorruption('files, within bulkheads', openBoundedFiles)

async function openFiles(): Promise<CorruptibleBlobStore> {
  const { path, remove } = await makeTemporaryFolder()
  const store = await FilesystemBlobStore.open(path)
  return { store, close: remove, corrupt: (key, corruption) => corruptFile(join(path, key), corruption) }
}

async function openBoundedFiles(): Promise<CorruptibleBlobStore> {
  const { store, ...rest } = await openFiles()
  return { ...rest, store: new BoundedBlobStore(store, NO_METRICS, new RecordingEventLog()) }
}
