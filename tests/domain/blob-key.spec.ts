import { expect } from 'chai'
import { parseBackupId } from '../../domain/backup-id.ts'
import { backupIdOf, blobKey, isBlobKey, parseBlobKey } from '../../domain/blob-key.ts'
import { BACKUP_ID } from './support/backups.ts'

const NAME = '3f0c2a8e-7c0e-4c58-9d0a-51c1f0b7a9d4'
const KEY = `${BACKUP_ID}/${NAME}`

const NO_KEYS = [
  '',
  NAME,
  BACKUP_ID,
  `/${KEY}`,
  `${KEY}/`,
  `${KEY}/${NAME}`,
  `${BACKUP_ID}/`,
  `/${NAME}`,
  `../${NAME}`,
  `./${NAME}`,
  `.incoming/${NAME}`,
  `notes/${NAME}`,
  `${BACKUP_ID}0/${NAME}`,
  `${BACKUP_ID.toUpperCase()}/${NAME}`,
  `../${KEY}`,
  `${BACKUP_ID}/../${NAME}`,
  `${BACKUP_ID}/..`,
  `${BACKUP_ID}/.`,
  `${BACKUP_ID}/.${NAME}`,
  `${BACKUP_ID}/..\\${NAME}`,
  `${BACKUP_ID}\\..\\${NAME}`,
  `${BACKUP_ID}/${NAME}\u0000`,
  `${KEY}\n`,
  `${BACKUP_ID}\n/${NAME}`,
  `${BACKUP_ID}/ä`,
  `${BACKUP_ID}/${'b'.repeat(129)}`,
]

describe('A blob key', () => {
  it('is the id of the backup and a uuid', () => {
    expect(blobKey(BACKUP_ID, NAME)).to.equal(KEY)
    expect(parseBlobKey(KEY)).to.equal(KEY)
    expect(isBlobKey(KEY)).to.equal(true)
  })

  it('tells whose it is', () => {
    expect(backupIdOf(blobKey(BACKUP_ID, NAME))).to.equal(BACKUP_ID)
    const other = parseBackupId(`backup_account_03${'5e'.repeat(32)}`)
    expect(backupIdOf(blobKey(other, NAME))).to.equal(other)
  })

  for (const text of NO_KEYS) {
    it(`is not ${JSON.stringify(text.replace(BACKUP_ID, '{backupId}').slice(0, 60))}`, () => {
      expect(isBlobKey(text)).to.equal(false)
      expect(() => parseBlobKey(text)).to.throw(TypeError, /^a blob key is \{backupId\}\/\{uuid\}$/)
    })
  }

  for (const name of ['', '.', '..', `../${NAME}`, `a/${NAME}`, '.hidden']) {
    it(`is not made of the name ${JSON.stringify(name)}`, () => {
      expect(() => blobKey(BACKUP_ID, name)).to.throw(TypeError)
    })
  }
})
