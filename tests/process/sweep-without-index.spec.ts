import { randomBytes } from 'node:crypto'
import { readdir, rm, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { SqliteBackupIndex } from '../../adapters/sqlite/sqlite-backup-index.ts'
import { BackupClient } from '../../bootstrap/demo/client/backup-client.ts'
import { KeypairOwner } from '../support/keypair-owner.ts'
import { runScript, type ScriptResult } from '../support/script-process.ts'
import { ServiceProcess } from '../support/service-process.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts'

const TWO_DAYS_SECONDS = 2 * 24 * 3600

describe('npm run sweep, with an old blob and without its index,', function () {
  this.timeout(30_000)
  let folder: TemporaryFolder
  let index: string
  let blobFolder: string

  beforeEach(async () => {
    folder = await makeTemporaryFolder()
    index = join(folder.path, 'index.sqlite')
    const service = await ServiceProcess.start({ DATA_DIR: folder.path })
    await new KeypairOwner().create(new BackupClient(service.url), randomBytes(1000))
    await service.terminate()
    const blobs = join(folder.path, 'blobs')
    const [id = ''] = (await readdir(blobs)).filter((name) => name.startsWith('backup_account_'))
    blobFolder = join(blobs, id)
    const old = Date.now() / 1000 - TWO_DAYS_SECONDS
    for (const name of await readdir(blobFolder)) await utimes(join(blobFolder, name), old, old)
    await rm(index)
  })
  afterEach(() => folder.remove())

  const sweep = (...flags: string[]): Promise<ScriptResult> =>
    runScript('sweep', flags, { DATA_DIR: folder.path, LOG_LEVEL: 'silent' })

  it('makes no other, removes nothing, and ends with an error', async () => {
    const { code } = await sweep('--even-all')
    expect(code).to.not.equal(0)
    expect(await readdir(blobFolder)).to.have.length(1)
    expect(await readdir(folder.path)).to.not.include('index.sqlite')
  })

  describe('but with an empty one,', () => {
    beforeEach(async () => (await SqliteBackupIndex.open(index)).close())

    it('removes nothing, says what to check and the flag, and ends with 1', async () => {
      const { code, stderr } = await sweep()
      expect(stderr).to.match(/^nothing was removed: the index points to none of the blobs, and 1 or more /)
      expect(stderr).to.include('DATA_DIR').and.to.include('--even-all')
      expect(code).to.equal(1)
      expect(await readdir(blobFolder)).to.have.length(1)
    })

    it('removes it with --even-all', async () => {
      const { code, stdout } = await sweep('--even-all')
      expect(stdout).to.equal('done: 1 blobs seen, 1 unreferenced and removed, 0 failed\n')
      expect(code).to.equal(0)
    })
  })
})
