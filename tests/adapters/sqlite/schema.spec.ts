import { expect } from 'chai'
import { randomUUID } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { MIGRATIONS, migrate, requireKnownVersion, schemaVersion } from '../../../adapters/sqlite/schema.ts'
import { SqliteBackupIndex } from '../../../adapters/sqlite/sqlite-backup-index.ts'
import { CAN_LIST_OPEN_FILES, openFilesIn } from '../../support/open-files.ts'
import { rejectionOf } from '../../support/rejection.ts'
import { sampleBackup, sampleDeletion } from '../../support/sample-backups.ts'
import { replace, store } from '../../support/sample-commits.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.ts'

const STEPS = [
  'CREATE TABLE notes (text TEXT NOT NULL) STRICT',
  "ALTER TABLE notes ADD COLUMN author TEXT NOT NULL DEFAULT 'unknown'",
  'CREATE INDEX notes_by_author ON notes (author)',
]

describe('SQLite schema', () => {
  let folder: TemporaryFolder
  let db: DatabaseSync

  beforeEach(async () => {
    folder = await makeTemporaryFolder()
    db = new DatabaseSync(join(folder.path, 'test.sqlite'))
  })
  afterEach(async () => {
    db.close()
    await folder.remove()
  })

  const rows = (sql: string): unknown[] =>
    db
      .prepare(sql)
      .all()
      .map((row) => ({ ...row }))

  it('comes from an empty file to the newest version', () => {
    migrate(db)
    expect(schemaVersion(db)).to.equal(MIGRATIONS.length)
    const tables = rows("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    expect(tables).to.deep.equal(['backups', 'consumptions', 'encrypted_keys', 'factors'].map((name) => ({ name })))
  })

  for (const version of [0, 1, 2, 3]) {
    it(`comes from version ${version} to version 3`, () => {
      migrate(db, STEPS.slice(0, version))
      migrate(db, STEPS)
      expect(schemaVersion(db)).to.equal(3)
      expect(rows('SELECT text, author FROM notes')).to.deep.equal([])
    })
  }

  it('keeps what there was', () => {
    migrate(db, STEPS.slice(0, 1))
    db.exec("INSERT INTO notes VALUES ('hello')")
    migrate(db, STEPS)
    expect(rows('SELECT * FROM notes')).to.deep.equal([{ text: 'hello', author: 'unknown' }])
  })

  it('does nothing to a file that is up to date', () => {
    migrate(db, STEPS)
    migrate(db, STEPS)
    expect(schemaVersion(db)).to.equal(3)
  })

  it('takes back every step when one fails', () => {
    migrate(db, STEPS.slice(0, 1))
    db.exec("INSERT INTO notes VALUES ('hello')")
    expect(() => migrate(db, [STEPS[0]!, STEPS[1]!, 'DROP TABLE missing'])).to.throw('missing')
    expect(schemaVersion(db)).to.equal(1)
    expect(rows('SELECT * FROM notes')).to.deep.equal([{ text: 'hello' }])
    expect(db.isTransaction).to.equal(false)
  })

  it('refuses a file of a later version', () => {
    migrate(db, STEPS)
    expect(() => requireKnownVersion(db, STEPS.slice(0, 2))).to.throw(/schema version 3.*no later one than 2/)
    expect(() => migrate(db, STEPS.slice(0, 2))).to.throw(/schema version 3/)
    expect(schemaVersion(db)).to.equal(3)
  })

  it('opens an index in a file that is empty', async () => {
    const file = join(folder.path, 'empty.sqlite')
    await writeFile(file, '')
    const index = await SqliteBackupIndex.open(file)
    await store(index, sampleBackup())
    await index.close()
  })

  it('brings a file of version 1 forward with its backups', async () => {
    const file = join(folder.path, 'version-1.sqlite')
    const backup = sampleBackup()
    const { id, incarnation, manifestHash, blob, mainFactors, syncFactors, keys } = backup.state
    const revision = randomUUID()
    const old = new DatabaseSync(file)
    migrate(old, MIGRATIONS.slice(0, 1))
    old
      .prepare('INSERT INTO backups VALUES (?, ?, ?, ?, ?, ?)')
      .run(id, incarnation, revision, manifestHash, JSON.stringify(blob), '[]')
    for (const [at, { scope, credential }] of backup.factorReferences().entries()) {
      const factor = [...mainFactors, ...syncFactors][at]!
      old
        .prepare('INSERT INTO factors VALUES (?, ?, ?, 0, ?, ?, ?)')
        .run(scope, credential, id, factor.id, factor.createdAt, JSON.stringify(factor.credential))
    }
    old.prepare('INSERT INTO encrypted_keys VALUES (?, 0, ?)').run(id, JSON.stringify(keys[0]))
    old.close()

    const index = await SqliteBackupIndex.open(file)
    const stored = await index.load(id)
    expect(stored?.revision).to.equal(revision)
    expect(stored?.backup.state).to.deep.equal(backup.state)
    const { backup: deleted } = await replace(index, stored!, stored!.backup.deleted(sampleDeletion()))
    expect((await index.load(id))?.backup.state).to.deep.equal(deleted.state)
    await index.close()
  })

  it('says which file a newer release wrote, and leaves it as it is', async () => {
    const file = join(folder.path, 'newer.sqlite')
    const newer = new DatabaseSync(file)
    newer.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`)
    newer.close()
    const before = await readFile(file)
    const error = await rejectionOf(SqliteBackupIndex.open(file))
    expect(error).to.have.property('message').that.includes(file).and.includes('a newer one')
    expect(before.equals(await readFile(file))).to.equal(true)
  })

  it('says which file is no database, and leaves it as it is', async () => {
    const file = join(folder.path, 'notes.txt')
    await writeFile(file, 'remember the milk '.repeat(100))
    const error = await rejectionOf(SqliteBackupIndex.open(file))
    expect(error).to.have.property('message').that.includes(file).and.includes('not a database')
    expect(await readFile(file, 'utf8')).to.equal('remember the milk '.repeat(100))
  })

  it('lets go of a file that it refuses', async function () {
    if (!CAN_LIST_OPEN_FILES) this.skip()
    const file = join(folder.path, 'notes.txt')
    await writeFile(file, 'remember the milk '.repeat(100))
    await rejectionOf(SqliteBackupIndex.open(file))
    expect(await openFilesIn(file)).to.deep.equal([])
  })

  it('says which file cannot be opened', async () => {
    const error = await rejectionOf(SqliteBackupIndex.open(folder.path))
    expect(error).to.have.property('message').that.includes(`cannot open ${folder.path}`)
  })
})
