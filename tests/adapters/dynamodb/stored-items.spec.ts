import { expect } from 'chai'
import { readBackup } from '../../../adapters/dynamodb/read-backup.ts'
import { commitWrites } from '../../../adapters/dynamodb/commit-transaction.ts'
import { sampleBackup } from '../../support/sample-backups.ts'
import { creation } from '../../support/sample-commits.ts'

type Item = Record<string, unknown>

const backup = sampleBackup()
const commit = creation(backup)

const DAMAGES: readonly (readonly [what: string, prefix: string, damage: Item])[] = [
  ['a head without an incarnation', 'HEAD', { incarnation: undefined }],
  ['a head without a revision', 'HEAD', { revision: undefined }],
  ['a head whose revision is a number', 'HEAD', { revision: 1 }],
  ['a head with another kind of manifest hash', 'HEAD', { manifestHash: 'abc' }],
  ['a head whose blob is no JSON', 'HEAD', { blob: '{' }],
  ['a head whose blob has no size', 'HEAD', { blob: '{"key":"/k","sha256":"s"}' }],
  ['a head whose blob lies elsewhere', 'HEAD', { blob: '{"key":"/../k","size":1,"sha256":"s"}' }],
  ['a head whose superseded blobs are no list', 'HEAD', { supersededBlobs: '{}' }],
  ['a head without a list of keys', 'HEAD', { keys: undefined }],
  ['a head whose list of factors is of numbers', 'HEAD', { mainFactors: [1] }],
  ['a head without a record of what was rewritten', 'HEAD', { rewritten: undefined }],
  ['a head of what is no backup id', 'HEAD', { PK: 'backup' }],
  ['a head with a deletion by nobody', 'HEAD', { deletion: '{"recoverableUntil":1}' }],
  ['a head whose removed factors are no list', 'HEAD', { removedFactors: '{}' }],
  ['a head with a removed factor of no scope', 'HEAD', { removedFactors: '[{"factorId":"x"}]' }],
  ['a head with a removed factor of another scope', 'HEAD', { removedFactors: '[{"scope":"X","factorId":"x"}]' }],
  ['a factor without a time', 'MAIN', { createdAt: undefined }],
  ['a factor whose credential is of no known kind', 'MAIN', { credential: '{"kind":"PIN"}' }],
  ['a factor whose credential is no JSON', 'SYNC', { credential: 'x' }],
  ['a sync factor that is no keypair', 'SYNC', { credential: JSON.stringify(backup.state.mainFactors[0]!.credential) }],
  ['a key of no known kind', 'KEY', { encryptedKey: '{"kind":"OTHER","encryptedKey":""}' }],
]

describe('DynamoDB: stored items', () => {
  it('are read in any order', () => {
    const reading = readBackup(writtenItems().reverse())
    expect(reading).to.have.property('outcome', 'whole')
    expect(reading).to.have.nested.property('stored.revision', commit.id)
    expect(reading).to.have.nested.property('stored.backup.state').that.deep.equals(backup.state)
  })

  for (const [what, prefix, damage] of DAMAGES) {
    it(`are refused with ${what}`, () => {
      const items = writtenItems().map((item) => (hasPrefix(item, prefix) ? { ...item, ...damage } : item))
      expect(() => readBackup(items)).to.throw(Error, /stored|backup account id|blob key|manifest hash/)
    })
  }

  for (const missing of ['MAIN', 'SYNC', 'KEY']) {
    it(`do not fit together without an item of ${missing}`, () => {
      expect(readBackup(writtenItems().filter((item) => !hasPrefix(item, missing)))).to.deep.equal({ outcome: 'torn' })
    })
  }

  for (const [what, edit] of [
    ['an item that the head does not list', { SK: 'SYNC#other' }],
    ['an item that was rewritten unknown to the head', { rewrittenBy: 'x' }],
  ] as const) {
    it(`do not fit together with ${what}`, () => {
      const [sync] = writtenItems().filter((item) => hasPrefix(item, 'SYNC'))
      const others = writtenItems().filter((item) => !hasPrefix(item, 'SYNC') || 'SK' in edit)
      expect(readBackup([...others, { ...sync, ...edit }])).to.deep.equal({ outcome: 'torn' })
    })
  }

  it('are no backup without a main factor', () => {
    const items = writtenItems()
      .filter((item) => !hasPrefix(item, 'MAIN'))
      .map((item) => (hasPrefix(item, 'HEAD') ? { ...item, mainFactors: [] } : item))
    expect(() => readBackup(items)).to.throw('no main factor')
  })

  it('are no backup without a head', () => {
    expect(readBackup(writtenItems().filter((item) => !hasPrefix(item, 'HEAD')))).to.deep.equal({ outcome: 'absent' })
    expect(readBackup([])).to.deep.equal({ outcome: 'absent' })
  })
})

/** The items of the backup, as its creation writes them. */
function writtenItems(): Item[] {
  return commitWrites('table', commit)
    .map(({ item }) => item.Put?.Item ?? {})
    .filter(({ PK }) => PK === backup.id)
}

function hasPrefix({ SK }: Item, prefix: string): boolean {
  return String(SK).startsWith(prefix)
}
