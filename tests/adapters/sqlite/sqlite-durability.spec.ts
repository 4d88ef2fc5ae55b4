import { expect } from 'chai'
import { cp, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openDatabase } from '../../../adapters/sqlite/open-database.ts'
import { SqliteBackupIndex } from '../../../adapters/sqlite/sqlite-backup-index.ts'
import { StoreUnavailable } from '../../../application/ports/store-unavailable.ts'
import { rejectionOf } from '../../support/rejection.ts'
import { sampleBackup, synced } from '../../support/sample-backups.ts'
import { creation, deletion, mustCommit, replace, sampleCommit, store } from '../../support/sample-commits.ts'
import { countRows } from '../../support/sqlite-file.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.ts'

describe('SqliteBackupIndex, opened and closed', () => {
  let folder: TemporaryFolder
  let file: string
  let index: SqliteBackupIndex

  beforeEach(async () => {
    folder = await makeTemporaryFolder()
    file = join(folder.path, 'data', 'index.sqlite')
    index = await SqliteBackupIndex.open(file)
  })
  afterEach(async () => {
    await index.close()
    await folder.remove()
  })

  it('has everything when it is opened again', async () => {
    const consumption = sampleCommit()
    await mustCommit(index, consumption)
    const deleted = await store(index, sampleBackup())
    await mustCommit(index, deletion(deleted))
    const backup = sampleBackup()
    const first = creation(backup)
    await mustCommit(index, first)
    const kept = await replace(index, { backup, revision: first.id }, synced(backup))
    await index.close()

    index = await SqliteBackupIndex.open(file)
    const loaded = await index.load(backup.id)
    expect(loaded?.backup.state).to.deep.equal(kept.backup.state)
    expect(loaded?.revision).to.equal(kept.revision)
    for (const row of backup.factorReferences()) expect(await index.findByFactor(row)).to.equal(backup.id)
    expect(await index.load(deleted.backup.id)).to.equal(undefined)
    expect(await index.commit(first)).to.equal('committed')
    expect(await index.commit(sampleCommit({ consume: consumption.consume }))).to.equal('already-consumed')
  })

  it('has everything that was acknowledged in the files of a process that did not end well', async () => {
    const stored = await store(index, sampleBackup())
    const { backup } = await replace(index, stored, synced(stored.backup))
    await cp(join(folder.path, 'data'), join(folder.path, 'copy'), { recursive: true })
    const copy = await SqliteBackupIndex.open(join(folder.path, 'copy', 'index.sqlite'))
    expect((await copy.load(backup.id))?.backup.state).to.deep.equal(backup.state)
    await copy.close()
  })

  for (const [setting, value] of [
    ['journal_mode', 'wal'],
    // FULL
    ['synchronous', 2],
    ['foreign_keys', 1],
  ] as const) {
    it(`sets ${setting} to ${value}`, async () => {
      const db = await openDatabase(join(folder.path, 'settings.sqlite'))
      const row = db.prepare(`PRAGMA ${setting}`).get()
      db.close()
      expect(row?.[setting]).to.equal(value)
    })
  }

  it('waits for another process that is at a new file', async () => {
    const fresh = join(folder.path, 'new.sqlite')
    const other = new DatabaseSync(fresh)
    other.exec('BEGIN IMMEDIATE')
    const pause = async (): Promise<void> => other.exec('COMMIT')
    const db = await openDatabase(fresh, { pause })
    expect(other.isTransaction, 'it was in the way').to.equal(false)
    db.close()
    other.close()
  })

  it('does not wait for what does not pass', async () => {
    const error = await rejectionOf(openDatabase(':memory:', { pause: () => Promise.reject(new Error('it waits')) }))
    expect(error).to.have.property('message').that.includes('does not support WAL')
  })

  it('leaves all in one file when it is closed', async () => {
    await store(index, sampleBackup())
    await index.close()
    expect(await rejectionOf(stat(`${file}-wal`))).to.have.property('code', 'ENOENT')
  })

  it('waits for the commits that are under way when it is closed', async () => {
    const commits = Array.from({ length: 100 }, () => creation(sampleBackup()))
    const outcomes = Promise.all(commits.map((commit) => index.commit(commit)))
    await index.close()
    expect(await outcomes).to.deep.equal(Array(100).fill('committed'))
    expect(countRows(file, 'backups')).to.equal(100)
  })

  it('may be closed more than once', async () => {
    await Promise.all([index.close(), index.close()])
    await index.close()
  })

  for (const [what, call] of [
    ['load', () => index.load(sampleBackup().id)],
    ['findByFactor', () => index.findByFactor(sampleBackup().factorReferences()[0]!)],
    ['commit', () => index.commit(sampleCommit())],
    ['checkReadiness', () => index.checkReadiness()],
  ] as const) {
    it(`is unavailable for ${what} once it is closed`, async () => {
      await index.close()
      expect(await rejectionOf(call())).to.be.instanceOf(StoreUnavailable)
    })
  }
})
