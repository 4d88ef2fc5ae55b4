import { expect } from 'chai'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { SqliteBackupIndex } from '../../../adapters/sqlite/sqlite-backup-index.ts'
import { sampleBackup, SAMPLE_TIME, sampleEcKeypair, sampleFactor, synced } from '../../support/sample-backups.ts'
import { mustCommit, replace, sampleCommit, sampleConsumption, store } from '../../support/sample-commits.ts'
import { countRows, forbidding, meddle } from '../../support/sqlite-file.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.ts'

describe('SqliteBackupIndex', () => {
  let folder: TemporaryFolder
  let file: string
  let index: SqliteBackupIndex

  beforeEach(async () => {
    folder = await makeTemporaryFolder()
    file = join(folder.path, 'index.sqlite')
    index = await SqliteBackupIndex.open(file)
  })
  afterEach(async () => {
    await index.close()
    await folder.remove()
  })

  it('does not touch factors and keys in a sync', async () => {
    const stored = await store(index, sampleBackup())
    for (const table of ['factors', 'encrypted_keys']) {
      for (const event of ['INSERT', 'UPDATE', 'DELETE'] as const) meddle(file, forbidding(table, event))
    }
    await replace(index, stored, synced(stored.backup))
  })

  it('does not touch the other factors when one is added', async () => {
    const stored = await store(index, sampleBackup())
    for (const event of ['UPDATE', 'DELETE'] as const) meddle(file, forbidding('factors', event))
    await replace(index, stored, stored.backup.withSyncFactor(sampleFactor(sampleEcKeypair())))
  })

  it('does not touch the other factors when the last one goes', async () => {
    const gone = sampleFactor(sampleEcKeypair())
    const stored = await store(index, sampleBackup())
    const grown = await replace(index, stored, stored.backup.withSyncFactor(gone))
    for (const event of ['INSERT', 'UPDATE'] as const) meddle(file, forbidding('factors', event))
    await replace(index, grown, grown.backup.withoutFactor({ scope: 'SYNC', factorId: gone.id })!)
    expect(countRows(file, 'factors')).to.equal(2)
  })

  it('leaves no row behind of a backup that is deleted', async () => {
    const stored = await store(index, sampleBackup())
    await mustCommit(index, sampleCommit({ change: { kind: 'delete', before: stored } }))
    for (const table of ['backups', 'factors', 'encrypted_keys']) expect(countRows(file, table)).to.equal(0)
  })

  it('forgets consumptions that expired long ago, little by little', async () => {
    for (let made = 0; made < 40; made += 1) await mustCommit(index, sampleCommit())
    const at = SAMPLE_TIME + 86_400
    for (let made = 0; made < 3; made += 1) {
      await mustCommit(index, sampleCommit({ at, consume: [sampleConsumption({ expiresAt: at + 60 })] }))
    }
    expect(countRows(file, 'consumptions')).to.equal(3)
  })

  it('still knows a repetition for an hour after its consumption expired', async () => {
    const commit = sampleCommit()
    await mustCommit(index, commit)
    await mustCommit(index, sampleCommit({ at: commit.consume[0].expiresAt + 3599 }))
    const before = countRows(file, 'consumptions')
    expect(await index.commit({ ...commit, change: { kind: 'create', after: sampleBackup() } })).to.equal('committed')
    expect([before, countRows(file, 'backups')]).to.deep.equal([2, 0])
  })

  it('lets each thing be consumed once by several writers that do not know of each other', async () => {
    const keys = Array.from({ length: 200 }, () => sampleConsumption().key)
    const writers = [1, 2, 3].map(() => runWriter(file, keys))
    const consumed = (await Promise.all(writers)).flat()
    expect(consumed.sort()).to.deep.equal(keys.sort())
  })
})

/** @returns the keys that this writer was the one to consume */
async function runWriter(file: string, keys: readonly string[]): Promise<readonly string[]> {
  const worker = new Worker(new URL('../../support/consuming-writer.ts', import.meta.url), {
    workerData: { file, keys },
  })
  return new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}
