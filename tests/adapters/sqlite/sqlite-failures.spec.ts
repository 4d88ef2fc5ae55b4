import { expect } from 'chai'
import { join } from 'node:path'
import { SqliteBackupIndex } from '../../../adapters/sqlite/sqlite-backup-index.ts'
import { StoreUnavailable } from '../../../application/ports/store-unavailable.ts'
import { collect } from '../../support/byte-streams.ts'
import { rejectionOf } from '../../support/rejection.ts'
import { sampleBackup, sampleBackupId, sampleEcKeypair, sampleFactor, synced } from '../../support/sample-backups.ts'
import { creation, replacement, sampleCommit, sampleConsumption, store } from '../../support/sample-commits.ts'
import { countRows, forbidding, meddle, StuckDatabase } from '../../support/sqlite-file.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.ts'

/** Consuming it succeeds; then the COMMIT fails, for a constraint that SQLite checks only there. */
const POISON = sampleConsumption({ key: 'challenge#poison' })
const POISONING = `
  CREATE TABLE poison (backup_id TEXT REFERENCES backups (id) DEFERRABLE INITIALLY DEFERRED);
  CREATE TRIGGER poisoning AFTER INSERT ON consumptions WHEN NEW.key = '${POISON.key}'
  BEGIN INSERT INTO poison VALUES ('nobody'); END;
`

describe('SqliteBackupIndex, when SQLite fails', () => {
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

  it('rejects all commits that were to share a failing COMMIT, and nothing of them is there', async () => {
    meddle(file, POISONING)
    const backups = [sampleBackup(), sampleBackup()]
    const results = await Promise.allSettled([
      index.commit(creation(backups[0]!)),
      index.commit(sampleCommit({ consume: [POISON] })),
      index.commit(creation(backups[1]!)),
    ])
    for (const result of results) expect(result).to.have.property('reason').that.is.instanceOf(StoreUnavailable)
    for (const backup of backups) {
      expect(await index.load(backup.id)).to.equal(undefined)
      for (const row of backup.factorReferences()) expect(await index.findByFactor(row)).to.equal(undefined)
    }
    expect(countRows(file, 'consumptions')).to.equal(0)
  })

  it('tells no outcome that rests on what a failing COMMIT took back', async () => {
    meddle(file, POISONING)
    const id = sampleBackupId()
    const first = creation(sampleBackup({ id }))
    const results = await Promise.allSettled([
      index.commit(first),
      index.commit(first),
      index.commit(creation(sampleBackup({ id }))),
      index.commit(sampleCommit({ consume: [POISON] })),
    ])
    expect(results.map(({ status }) => status)).to.deep.equal(Array(4).fill('rejected'))
  })

  it('makes a commit that a failing COMMIT took back when it is asked again', async () => {
    meddle(file, POISONING)
    const commit = creation(sampleBackup())
    await Promise.allSettled([index.commit(commit), index.commit(sampleCommit({ consume: [POISON] }))])
    expect(await index.commit(commit)).to.equal('committed')
  })

  it('takes back a commit of which one statement fails, and no other', async () => {
    const stored = await store(index, sampleBackup())
    meddle(file, forbidding('factors', 'INSERT'))
    const change = replacement(stored, synced(stored.backup).withSyncFactor(sampleFactor(sampleEcKeypair())))
    const [failed, other] = await Promise.allSettled([index.commit(change), index.commit(sampleCommit())])
    expect(failed).to.have.property('reason').that.is.instanceOf(StoreUnavailable)
    expect(other).to.deep.equal({ status: 'fulfilled', value: 'committed' })
    expect((await index.load(stored.backup.id))?.revision).to.equal(stored.revision)
    expect(await index.commit(sampleCommit({ consume: change.consume }))).to.equal('committed')
  })

  describe('and a failing COMMIT cannot be rolled back either', () => {
    const stored = sampleBackup()
    const undone = sampleBackup()
    let db: StuckDatabase
    let stuckIndex: SqliteBackupIndex

    beforeEach(async () => {
      await store(index, stored)
      meddle(file, POISONING)
      db = new StuckDatabase(file, { enableForeignKeyConstraints: true })
      stuckIndex = new SqliteBackupIndex(db)
      db.stuck = true
      await Promise.allSettled([
        stuckIndex.commit(creation(undone)),
        stuckIndex.commit(sampleCommit({ consume: [POISON] })),
      ])
      expect(db.isTransaction).to.be.true
    })

    afterEach(() => {
      db.stuck = false
      return stuckIndex.close()
    })

    const attempts: Readonly<Record<string, () => Promise<unknown>>> = {
      'is not ready': () => stuckIndex.checkReadiness(),
      'finds nothing that was not committed': () => stuckIndex.findByFactor(undone.factorReferences()[0]!),
      'loads nothing that was not committed': () => stuckIndex.load(undone.id),
      'lists nothing that was not committed': () => collect(stuckIndex.list()),
      'commits nothing': () => stuckIndex.commit(sampleCommit()),
    }
    for (const [title, attempt] of Object.entries(attempts)) {
      it(`${title}, but says that it is unavailable`, async () => {
        const error = await rejectionOf(attempt())
        expect(error).to.be.instanceOf(StoreUnavailable)
        expect(error).to.have.property('cause').that.has.property('message', 'disk I/O error')
      })
    }

    it('goes on once that is possible', async () => {
      db.stuck = false
      await stuckIndex.checkReadiness()
      expect(await stuckIndex.load(undone.id)).to.equal(undefined)
      expect((await stuckIndex.load(stored.id))?.backup.id).to.equal(stored.id)
      expect(await stuckIndex.commit(sampleCommit())).to.equal('committed')
    })
  })

  it('is not ready once a newer release has taken the file over', async () => {
    meddle(file, 'PRAGMA user_version = 99')
    const error = await rejectionOf(index.checkReadiness())
    expect(error).to.be.instanceOf(StoreUnavailable)
    expect(error).to.have.property('cause').that.has.property('message').that.includes('schema version 99')
  })

  it('lists nothing rather than half of it when a table is gone', async () => {
    await store(index, sampleBackup())
    meddle(file, 'DROP TABLE factors')
    expect(await rejectionOf(collect(index.list()))).to.be.instanceOf(StoreUnavailable)
  })

  it('is not ready without its tables', async () => {
    meddle(file, 'DROP TABLE backups')
    expect(await rejectionOf(index.checkReadiness())).to.be.instanceOf(StoreUnavailable)
  })
})
