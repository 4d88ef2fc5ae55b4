import { chmod, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { expect } from 'chai'
import { SqliteBackupIndex } from '../../../adapters/sqlite/sqlite-backup-index.ts'
import { rejectionOf } from '../../support/rejection.ts'
import { sampleBackup } from '../../support/sample-backups.ts'
import { store } from '../../support/sample-commits.ts'
import { meddle } from '../../support/sqlite-file.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.ts'

const NOBODY = 65_534

/** Root may write wherever it wants. */
async function withoutPrivileges<Result>(act: () => Promise<Result>): Promise<Result> {
  if (process.geteuid?.() !== 0) return act()
  process.seteuid!(NOBODY)
  try {
    return await act()
  } finally {
    process.seteuid!(0)
  }
}

describe('SqliteBackupIndex, as it stands in a folder that cannot be written', () => {
  const backup = sampleBackup()
  let folder: TemporaryFolder
  let file: string

  beforeEach(async () => {
    folder = await makeTemporaryFolder()
    file = join(folder.path, 'index.sqlite')
    const index = await SqliteBackupIndex.open(file)
    await store(index, backup)
    await index.close()
  })

  afterEach(async () => {
    await chmod(folder.path, 0o700)
    await folder.remove()
  })

  async function protect(): Promise<void> {
    await chmod(file, 0o444)
    await chmod(folder.path, 0o555)
  }

  it('is read, and nothing is made beside it', async () => {
    await protect()
    const loaded = await withoutPrivileges(async () => {
      const index = await SqliteBackupIndex.openAsItStands(file)
      const stored = await index.load(backup.id)
      await index.close()
      return stored
    })
    expect(loaded?.backup).to.deep.equal(backup)
    expect(await readdir(folder.path)).to.deep.equal(['index.sqlite'])
  })

  const refused: readonly (readonly [string, () => Promise<void> | void, RegExp])[] = [
    ['beside a log, which has the last commits', () => writeFile(`${file}-wal`, ''), /cannot open .*index\.sqlite: /],
    ['of an older release', () => meddle(file, 'PRAGMA user_version = 1'), /has schema version 1/],
  ]
  for (const [title, prepare, reason] of refused) {
    it(`is refused ${title}`, async () => {
      await prepare()
      await protect()
      const opening = withoutPrivileges(async () => SqliteBackupIndex.openAsItStands(file))
      expect(await rejectionOf(opening))
        .to.be.instanceOf(Error)
        .with.property('message')
        .that.matches(reason)
    })
  }
})
