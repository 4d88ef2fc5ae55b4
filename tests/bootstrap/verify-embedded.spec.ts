import { expect } from 'chai'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { NodeRandom } from '../../adapters/crypto/node-random.ts'
import type { StoredBackup } from '../../application/ports/backup-index.ts'
import { VerifyBackups } from '../../application/use-cases/verify-backups.ts'
import { openStores } from '../../bootstrap/open-stores.ts'
import type { Stores } from '../../bootstrap/stores.ts'
import { ApplicationHarness, type CreatedBackup } from '../support/application-harness.ts'
import { corruptFile, type Corruption } from '../support/corrupt-file.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { meddle } from '../support/sqlite-file.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts'

const SHORTER = 'a blob is shorter than it was when it was stored'
const LONGER = 'a blob is longer than it was when it was stored'
const CHANGED = 'a blob does not have the SHA-256 it was stored with'

const BYTES: readonly (readonly [corruption: Corruption, reason: string])[] = [
  ['flip-first', CHANGED],
  ['flip-last', CHANGED],
  ['truncate', SHORTER],
  ['extend', LONGER],
  ['empty', SHORTER],
]

const NOWHERE = `backup_account_02${'0'.repeat(64)}`
/** What SQL does to the rows of the one backup, and what is told of it: its id is `ID`, hashes and uuids are `…`. */
const ROWS: readonly (readonly [what: string, sql: string, faults: readonly string[]])[] = [
  [
    'a factor row that leads nowhere',
    `PRAGMA foreign_keys = OFF; UPDATE factors SET backup_id = '${NOWHERE}' WHERE scope = 'SYNC'`,
    [`factor row SYNC#…: it leads to backup ${NOWHERE}, which does not exist`],
  ],
  [
    'a backup that is gone but for its factors',
    'PRAGMA foreign_keys = OFF; DELETE FROM backups',
    ['MAIN', 'SYNC'].map((scope) => `factor row ${scope}#…: it leads to backup ID, which does not exist`),
  ],
  [
    'a factor under a credential that is not its own',
    "UPDATE factors SET credential_reference = 'EC_KEYPAIR#x' WHERE scope = 'SYNC'",
    [
      'backup ID: the row of its SYNC factor … is missing',
      'factor row SYNC#…: it leads to backup ID, which has no such factor',
    ],
  ],
  [
    'a factor in no known scope',
    "UPDATE factors SET scope = 'OTHER' WHERE scope = 'SYNC'",
    ['factor row OTHER#…: it leads to backup ID, which has no such factor'],
  ],
  [
    'no main factor',
    "DELETE FROM factors WHERE scope = 'MAIN'",
    [
      'backup ID: it cannot be read: stored backup has no main factor',
      'factor row SYNC#…: it cannot be read: stored backup has no main factor',
    ],
  ],
  [
    'two encrypted keys of a kind',
    'INSERT INTO encrypted_keys SELECT backup_id, 1, encrypted_key FROM encrypted_keys',
    ['backup ID: it has two encrypted keys of kind ICLOUD'],
  ],
  [
    'an encrypted key that is none',
    "UPDATE encrypted_keys SET encrypted_key = '{'",
    [
      'backup ID: it cannot be read: stored encrypted_key is no JSON',
      'factor row MAIN#…: it cannot be read: stored encrypted_key is no JSON',
      'factor row SYNC#…: it cannot be read: stored encrypted_key is no JSON',
    ],
  ],
  [
    'a blob in the name of another backup',
    `UPDATE backups SET blob = json_set(blob, '$.key', '${NOWHERE}/x')`,
    [`backup ID: it points to blob ${NOWHERE}/x, not its own`, `backup ID: blob ${NOWHERE}/x is missing`],
  ],
  [
    'a blob key that leads out of the folder',
    "UPDATE backups SET blob = json_set(blob, '$.key', id || '/../x')",
    [
      'backup ID: it cannot be read: a blob key is {backupId}/{uuid}',
      'factor row MAIN#…: it cannot be read: a blob key is {backupId}/{uuid}',
      'factor row SYNC#…: it cannot be read: a blob key is {backupId}/{uuid}',
    ],
  ],
]

describe('VerifyBackups, on SQLite and files', () => {
  let folder: TemporaryFolder
  let stores: Stores
  let harness: ApplicationHarness
  let backup: CreatedBackup

  beforeEach(async () => {
    folder = await makeTemporaryFolder()
    const clock = new ManualClock()
    stores = await openStores({ kind: 'embedded', folder: folder.path }, clock, new NodeRandom())
    harness = new ApplicationHarness({ ...stores, clock })
    backup = await harness.createBackup()
  })
  afterEach(async () => {
    await stores.close()
    await folder.remove()
  })

  async function verify(): Promise<readonly string[]> {
    const faults: string[] = []
    const verifyBackups = new VerifyBackups(stores.index, stores.blobs, harness.clock)
    await verifyBackups.execute({ onFault: (fault) => faults.push(fault) })
    return faults.map((fault) =>
      fault
        .replaceAll(backup.id, 'ID')
        .replaceAll(/#[0-9a-f]{64}|(?<=factor )[0-9a-f-]{36}/g, (found) => (found.startsWith('#') ? '#…' : '…')),
    )
  }

  async function stored(): Promise<StoredBackup> {
    return (await stores.index.load(backup.id))!
  }

  async function blobFile(): Promise<{ key: string; path: string }> {
    const { key } = (await stored()).backup.state.blob
    return { key: key.replace(backup.id, 'ID'), path: join(folder.path, 'blobs', key) }
  }

  it('finds nothing wrong with what the use cases leave behind', async () => {
    await harness.addSyncFactor(backup)
    await harness.sync(backup)
    await harness.deleteBackup(await harness.createBackup())
    expect(await verify()).to.deep.equal([])
  })

  for (const [corruption, reason] of BYTES) {
    it(`finds bytes that were damaged: ${corruption}`, async () => {
      const { key, path } = await blobFile()
      await corruptFile(path, corruption)
      expect(await verify()).to.deep.equal([`backup ID: blob ${key} cannot be read: ${reason}`])
    })
  }

  it('finds a file that is gone', async () => {
    const { key, path } = await blobFile()
    await rm(path)
    expect(await verify()).to.deep.equal([`backup ID: blob ${key} is missing`])
  })

  for (const [what, sql, faults] of ROWS) {
    it(`finds ${what}`, async () => {
      meddle(join(folder.path, 'index.sqlite'), sql)
      expect(await verify()).to.have.members(faults)
    })
  }
})
