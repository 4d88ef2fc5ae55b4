import { expect } from 'chai'
import { join } from 'node:path'
import { SqliteBackupIndex } from '../../../adapters/sqlite/sqlite-backup-index.ts'
import { StoreUnavailable } from '../../../application/ports/store-unavailable.ts'
import { rejectionOf } from '../../support/rejection.ts'
import { sampleBackup, samplePasskey, sampleFactor } from '../../support/sample-backups.ts'
import { store } from '../../support/sample-commits.ts'
import { meddle } from '../../support/sqlite-file.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.ts'

const ofMain = (change: string): string => `UPDATE factors SET credential = ${change} WHERE scope = 'MAIN'`
const ofSync = (change: string): string => `UPDATE factors SET credential = ${change} WHERE scope = 'SYNC'`
const ofKey = (json: string): string => `UPDATE encrypted_keys SET encrypted_key = '${json}'`

const DAMAGE: readonly (readonly [what: string, sql: string])[] = [
  ['a manifest hash that is none', "UPDATE backups SET manifest_hash = 'abc'"],
  ['a blob that is no JSON', "UPDATE backups SET blob = '{'"],
  ['a blob without a size', "UPDATE backups SET blob = json_remove(blob, '$.size')"],
  ['a blob of negative size', "UPDATE backups SET blob = json_set(blob, '$.size', -1)"],
  ['a blob whose key leads elsewhere', "UPDATE backups SET blob = json_set(blob, '$.key', '../../etc/passwd')"],
  ['superseded blobs that are no list', "UPDATE backups SET superseded_blobs = '{}'"],
  ['superseded blobs that are no blobs', "UPDATE backups SET superseded_blobs = '[1]'"],
  ['a factor of no known kind', ofMain("json_set(credential, '$.kind', 'PASSWORD')")],
  ['a factor that lacks a member', ofMain("json_remove(credential, '$.publicKey')")],
  ['a label that is no text', ofMain("json_set(credential, '$.label', 1)")],
  ['a registration that is a list', ofMain("json_set(credential, '$.registration', json('[]'))")],
  ['a counter that is no integer', ofMain("json_set(credential, '$.signatureCounter', 1.5)")],
  ['a public key that is none', ofSync("json_set(credential, '$.publicKey', 'x')")],
  ['a sync factor that is no keypair', ofSync(`'${JSON.stringify(samplePasskey())}'`)],
  ['a creation time before all time', 'UPDATE factors SET created_at = -1'],
  ['a creation time beyond all integers', 'UPDATE factors SET created_at = 9223372036854775807'],
  ['a deletion by nobody', `UPDATE backups SET deletion = '{"recoverableUntil":1}'`],
  ['a deletion without an end', `UPDATE backups SET deletion = '{"deletedBy":"x"}'`],
  ['a removal that is no JSON', "UPDATE factors SET removal = '{' WHERE scope = 'SYNC'"],
  [
    'a removal with a key of no known kind',
    `UPDATE factors SET removal = '{"deletedBy":"x","recoverableUntil":1,"key":{"kind":"ROT13"}}' WHERE scope = 'MAIN'`,
  ],
  ['no main factor', "DELETE FROM factors WHERE scope = 'MAIN'"],
  ['a key of no known kind', ofKey('{"kind":"ROT13","encryptedKey":"x"}')],
  ['a key that lacks a member', ofKey('{"kind":"TURNKEY","encryptedKey":"x"}')],
  ['a key that is null', ofKey('null')],
]

describe('SqliteBackupIndex, on a damaged file', () => {
  let folder: TemporaryFolder
  let file: string
  let index: SqliteBackupIndex

  before(async () => {
    folder = await makeTemporaryFolder()
    file = join(folder.path, 'index.sqlite')
    index = await SqliteBackupIndex.open(file)
  })
  after(async () => {
    await index.close()
    await folder.remove()
  })
  afterEach(() => meddle(file, 'DELETE FROM backups; DELETE FROM factors; DELETE FROM encrypted_keys'))

  for (const [what, sql] of DAMAGE) {
    it(`is unavailable rather than wrong about ${what}`, async () => {
      const { backup } = await store(index, sampleBackup())
      meddle(file, sql)
      expect(await rejectionOf(index.load(backup.id))).to.be.instanceOf(StoreUnavailable)
    })
  }

  it('says what is damaged, and nothing of what is stored', async () => {
    const label = 'the name of my daughter'
    const { backup } = await store(index, sampleBackup({ mainFactor: sampleFactor(samplePasskey({ label })) }))
    meddle(file, ofMain('substr(credential, 1, length(credential) - 1)'))
    const error = await rejectionOf(index.load(backup.id))
    expect(error).to.have.property('cause').that.has.property('message', 'stored credential is no JSON')
  })

  it('goes on with what is not damaged', async () => {
    const damaged = await store(index, sampleBackup())
    meddle(file, "UPDATE backups SET blob = ''")
    const { backup } = await store(index, sampleBackup())
    await rejectionOf(index.load(damaged.backup.id))
    expect((await index.load(backup.id))?.backup.state).to.deep.equal(backup.state)
  })
})
