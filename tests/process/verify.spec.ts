import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect } from 'chai'
import { MIGRATIONS, migrate } from '../../adapters/sqlite/schema.ts'
import { BackupClient } from '../../bootstrap/demo/client/backup-client.ts'
import { KeypairOwner } from '../support/keypair-owner.ts'
import { sampleBackupId } from '../support/sample-backups.ts'
import { runScript, type ScriptResult } from '../support/script-process.ts'
import { ServiceProcess } from '../support/service-process.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts'

describe('npm run verify', function () {
  this.timeout(30_000)
  let folder: TemporaryFolder
  let service: ServiceProcess | undefined

  beforeEach(async () => {
    folder = await makeTemporaryFolder()
  })
  afterEach(async () => {
    await service?.kill()
    service = undefined
    await folder.remove()
  })

  const verify = (...flags: string[]): Promise<ScriptResult> => runScript('verify', flags, { DATA_DIR: folder.path })

  async function storeOne(): Promise<void> {
    service = await ServiceProcess.start({ DATA_DIR: folder.path })
    await new KeypairOwner().create(new BackupClient(service.url), randomBytes(1000))
  }

  it('finds nothing wrong beside a running service, and ends with 0', async () => {
    await storeOne()
    const { code, stdout, stderr } = await verify()
    expect(stderr).to.equal('')
    expect(stdout).to.equal('done: 1 backups, 2 factor rows, 1 blobs of 1000 bytes; 0 wrong\n')
    expect(code).to.equal(0)
  })

  it('tells what is wrong, a line each, and ends with 1', async () => {
    await storeOne()
    const blobs = join(folder.path, 'blobs')
    const [id = ''] = (await readdir(blobs)).filter((name) => name.startsWith('backup_account_'))
    const [name = ''] = await readdir(join(blobs, id))
    await rm(join(blobs, id, name))
    const { code, stdout } = await verify()
    expect(stdout.split('\n')).to.deep.equal([
      `wrong: backup ${id}: blob ${id}/${name} is missing`,
      'done: 1 backups, 2 factor rows, 1 blobs of 1000 bytes; 1 wrong',
      '',
    ])
    expect(code).to.equal(1)
  })

  it('finds damage of the index where no backup is kept, and ends with 1', async () => {
    const file = join(folder.path, 'index.sqlite')
    await storeOne()
    await service?.terminate()
    const db = new DatabaseSync(file)
    const { page_size: pageSize } = db.prepare('PRAGMA page_size').get() as { page_size: number }
    const page = db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'consumptions'").get() as {
      rootpage: number
    }
    db.close()
    const bytes = await readFile(file)
    bytes.fill(0, (page.rootpage - 1) * pageSize, page.rootpage * pageSize)
    await writeFile(file, bytes)
    const { code, stdout } = await verify()
    expect(stdout).to.match(/^(wrong: index: .*\n)+done: 1 backups, .*; [1-9][0-9]* wrong\n$/)
    expect(code).to.equal(1)
  })

  it('tells of blobs that no backup points to, and ends with 0', async () => {
    await storeOne()
    const left = join(folder.path, 'blobs', sampleBackupId())
    await mkdir(left)
    await writeFile(join(left, 'left-behind'), 'x')
    const { code, stdout } = await verify()
    expect(stdout).to.match(/; 0 wrong; 1 blobs that no backup points to\n$/)
    expect(code).to.equal(0)
  })

  it('leaves alone what an upload left behind', async () => {
    await storeOne()
    const incoming = join(folder.path, 'blobs', '.incoming', 'left-behind')
    await writeFile(incoming, 'half of it')
    await utimes(incoming, 0, 0)
    expect((await verify()).code).to.equal(0)
    expect(await readFile(incoming, 'utf8')).to.equal('half of it')
  })

  it('brings no file of an older release up to date, but says what to do, and ends with 1', async () => {
    const file = join(folder.path, 'index.sqlite')
    const db = new DatabaseSync(file)
    migrate(db, MIGRATIONS.slice(0, 1))
    db.close()
    const before = await readFile(file)
    const { code, stdout, stderr } = await verify()
    expect(stderr).to.match(/^not verified: DATA_DIR: .*schema version 1.*: start the service once\n$/)
    expect([code, stdout]).to.deep.equal([1, ''])
    expect(before.equals(await readFile(file)), 'the file is as it was').to.equal(true)
    expect(await readdir(folder.path)).to.deep.equal(['index.sqlite'])
  })

  it('says that there is nothing to verify where nothing was stored, and ends with 78', async () => {
    const { code, stderr } = await verify()
    expect(stderr).to.equal(
      `not verified: DATA_DIR: there is no index.sqlite in ${folder.path}: nothing was ever stored there, or it is lost\n`,
    )
    expect(code).to.equal(78)
    expect(await readdir(folder.path), 'and makes nothing there').to.deep.equal([])
  })
})
