import { join } from 'node:path'
import { FilesystemBlobStore } from '../../adapters/filesystem/filesystem-blob-store.ts'
import { MemoryBlobStore } from '../../adapters/memory/memory-blob-store.ts'
import { corruptFile } from '../support/corrupt-file.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { makeTemporaryFolder } from '../support/temporary-folder.ts'
import { describeBlobCorruption, type CorruptibleBlobStore } from './blob-store-integrity.contract.ts'
import { describeBlobStore } from './blob-store.contract.ts'

describeBlobStore('memory', async () => ({ store: new MemoryBlobStore(new ManualClock()), close: async () => {} }))

describeBlobStore('files', openFiles)
describeBlobCorruption('files', openFiles)

async function openFiles(): Promise<CorruptibleBlobStore> {
  const { path, remove } = await makeTemporaryFolder()
  const store = await FilesystemBlobStore.open(path)
  return { store, close: remove, corrupt: (key, corruption) => corruptFile(join(path, key), corruption) }
}
