import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect } from 'chai'
import { MIGRATIONS, migrate } from '../../adapters/sqlite/schema.ts'
import { BackupClient } from '../../bootstrap/demo/client/backup-client.ts'
import { KeypairOwner } from '../support/keypair-owner.ts'
import { runScript, type ScriptResult } from '../support/script-process.ts'
import { ServiceProcess } from '../support/service-process.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts'

const LONG_AGO = 0 // seconds since the epoch
const UNREFERENCED = join(`backup_account_02${'0'.repeat(64)}`, '00000000-0000-4000-8000-000000000000')

describe('npm run sweep', function () {
  this.timeout(30_000)
  let folder: TemporaryFolder
  let blobs: string

  beforeEach(async () => {
    folder = await makeTemporaryFolder()
    blobs = join(folder.path, 'blobs')
  })
  afterEach(() => folder.remove())

  const sweep = (...flags: string[]): Promise<ScriptResult> => runScript('sweep', flags, { DATA_DIR: folder.path })

  async function leaveBehind(path: string): Promise<void> {
    await mkdir(join(blobs, path, '..'), { recursive: true })
    await writeFile(join(blobs, path), 'x')
    await utimes(join(blobs, path), LONG_AGO, LONG_AGO)
  }

  describe('where something was left behind', () => {
    const INCOMING = join('.incoming', 'abandoned')

    beforeEach(async () => {
      const service = await ServiceProcess.start({ DATA_DIR: folder.path })
      await new KeypairOwner().create(new BackupClient(service.url), randomBytes(1000))
      await service.terminate()
      await leaveBehind(INCOMING)
      await leaveBehind(UNREFERENCED)
    })

    it('removes it', async () => {
      const { code, stdout } = await sweep()
      expect(stdout).to.match(/\ndone: 2 blobs seen, 1 unreferenced and removed, 0 failed\n$/)
      expect(code).to.equal(0)
      expect(await filesIn(blobs)).to.have.length(1)
    })

    it('only tells, and changes nothing, in a dry run', async () => {
      const before = await contentOf(folder.path)
      expect([...before.keys()]).to.include.members([join('blobs', INCOMING), join('blobs', UNREFERENCED)])
      const { code, stdout } = await sweep('--dry-run')
      expect(stdout).to.match(/\ndone: 2 blobs seen, 1 unreferenced, 0 failed\n$/)
      expect(code).to.equal(0)
      expect(await contentOf(folder.path)).to.deep.equal(before)
    })
  })

  it('refuses a dry run on what an older release wrote, in one line, and leaves it as it was', async () => {
    const db = new DatabaseSync(join(folder.path, 'index.sqlite'))
    migrate(db, MIGRATIONS.slice(0, 1))
    db.close()
    const before = await contentOf(folder.path)
    const { code, stdout, stderr } = await sweep('--dry-run')
    expect(stderr).to.match(/^not swept: DATA_DIR: .*schema version 1.*: start the service once\n$/)
    expect([code, stdout]).to.deep.equal([1, ''])
    expect(await contentOf(folder.path)).to.deep.equal(before)
  })
})

async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
}

/** Of every file, by its path from the folder on. */
async function contentOf(folder: string): Promise<ReadonlyMap<string, string>> {
  const files = (await filesIn(folder)).toSorted()
  const content = files.map(async (path) => [path.slice(folder.length + 1), await readFile(path, 'base64')] as const)
  return new Map(await Promise.all(content))
}
