import { join } from 'node:path'
import { BoundedBackupIndex } from '../../adapters/shared/bounded-backup-index.ts'
import { NO_METRICS } from '../../adapters/shared/metrics.ts'
import { MemoryBackupIndex } from '../../adapters/memory/memory-backup-index.ts'
import { SqliteBackupIndex } from '../../adapters/sqlite/sqlite-backup-index.ts'
import { TakingTurnsBackupIndex } from '../support/taking-turns-backup-index.ts'
import { makeTemporaryFolder } from '../support/temporary-folder.ts'
import { describeBackupIndex, type OpenBackupIndex } from './backup-index.contract.ts'

describeBackupIndex('memory', async () => ({ index: new MemoryBackupIndex(), close: async () => {} }))
describeBackupIndex('memory, within bulkheads', async () => ({
  index: new BoundedBackupIndex(new MemoryBackupIndex(), NO_METRICS),
  close: async () => {},
}))
describeBackupIndex('SQLite', () => openSqlite(1))
describeBackupIndex('SQLite, through two connections', () => openSqlite(2))

async function openSqlite(connections: number): Promise<OpenBackupIndex> {
  const folder = await makeTemporaryFolder()
  const file = join(folder.path, 'index.sqlite')
  const indexes = await Promise.all(Array.from({ length: connections }, () => SqliteBackupIndex.open(file)))
  const close = async (): Promise<void> => {
    await Promise.all(indexes.map((index) => index.close()))
    await folder.remove()
  }
  return { index: new TakingTurnsBackupIndex(indexes), close }
}
