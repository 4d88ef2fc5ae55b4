import { parentPort, workerData } from 'node:worker_threads'
import { SqliteBackupIndex } from '../../adapters/sqlite/sqlite-backup-index.ts'
import { sampleCommit, sampleConsumption } from './sample-commits.ts'

// A thread with a connection of its own: tries to consume every key it is given and tells which it was the one to consume.
const { file, keys } = readTask(workerData)
const index = await SqliteBackupIndex.open(file)
const consumed: string[] = []
for (const key of keys) {
  const outcome = await index.commit(sampleCommit({ consume: [sampleConsumption({ key })] }))
  if (outcome === 'committed') consumed.push(key)
}
await index.close()
parentPort?.postMessage(consumed)

function readTask(data: unknown): { file: string; keys: readonly string[] } {
  if (typeof data === 'object' && data !== null && 'file' in data && 'keys' in data) {
    const { file, keys } = data
    if (typeof file === 'string' && Array.isArray(keys)) return { file, keys: keys.map(String) }
  }
  throw new TypeError('this writer needs a file and keys')
}
