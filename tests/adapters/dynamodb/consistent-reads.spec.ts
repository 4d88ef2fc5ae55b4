import { expect } from 'chai'
import type { DynamoDbBackupIndex } from '../../../adapters/dynamodb/dynamodb-backup-index.ts'
import { collect } from '../../support/byte-streams.ts'
import { openIndexOver } from '../../support/dynamodb-table.ts'
import {
  startWireServer,
  wireError,
  type WireAnswer,
  type WireAttributes,
  type WireServer,
} from '../../support/dynamodb-wire-server.ts'
import { sampleBackup } from '../../support/sample-backups.ts'
import { creation, replacement, sampleCommit } from '../../support/sample-commits.ts'

const backup = sampleBackup()

describe('DynamoDB: reads', () => {
  let server: WireServer
  let index: DynamoDbBackupIndex
  let answer: (request: WireServer['requests'][number]) => WireAnswer

  beforeEach(async () => {
    answer = () => ({ status: 200, body: {} })
    server = await startWireServer((request) => answer(request))
    index = openIndexOver(server.endpoint)
  })
  afterEach(async () => {
    index.close()
    await server.stop()
  })

  const consistency = () => server.requests.map(({ operation, body }) => `${operation} ${body.ConsistentRead}`)

  it('of a factor row are one, strongly consistent', async () => {
    await index.findByFactor(backup.factorReferences()[0]!)
    expect(consistency()).to.deep.equal(['GetItem true'])
  })

  it('of a backup are one, strongly consistent', async () => {
    await index.load(backup.id)
    expect(consistency()).to.deep.equal(['Query true'])
  })

  it('of a consumption, where a refusal might be a repetition, are strongly consistent', async () => {
    const CancellationReasons = [{ Code: 'ConditionalCheckFailed' }, { Code: 'None' }]
    answer = ({ operation }) =>
      operation === 'GetItem'
        ? { status: 200, body: {} }
        : wireError('TransactionCanceledException', { CancellationReasons })
    const stored = { backup, revision: sampleCommit().id }
    expect(await index.commit(replacement(stored, backup))).to.equal('stale')
    expect(consistency()).to.deep.equal(['TransactWriteItems undefined', 'GetItem true'])
  })

  it('of everything are one scan, strongly consistent', async () => {
    await collect(index.list())
    expect(consistency()).to.deep.equal(['Scan true'])
  })

  it('of everything go on until the last page, past pages of which the filter left nothing', async () => {
    const pages = [[], [{ PK: { S: backup.id }, SK: { S: 'HEAD' } }], [], [{ PK: { S: 'MAIN#x' }, SK: { S: 'OWNER' } }]]
    const keys = pages.map((_, at) => ({ PK: { S: `${at}` }, SK: { S: '' } }))
    answer = ({ body: { ExclusiveStartKey: start } }) => {
      const at = start === undefined ? 0 : Number(start.PK?.S) + 1
      const body = { Items: pages[at], ...(at + 1 < pages.length ? { LastEvaluatedKey: keys[at] } : {}) }
      return { status: 200, body }
    }
    const entries = await collect(index.list())
    expect(entries.map(({ kind }) => kind)).to.deep.equal(['backup', 'factor-row'])
    expect(consistency()).to.deep.equal(pages.map(() => 'Scan true'))
  })

  it('go on until the last page', async () => {
    const commit = creation(backup)
    await index.commit(commit)
    const items = server.requests[0]!.body.TransactItems!.flatMap(({ Put }) => (Put === undefined ? [] : [Put.Item]))
    const pages = items.filter(({ PK }) => PK?.S === backup.id).map((item) => [item])
    answer = ({ body }) => ({ status: 200, body: pageAfter(pages, body.ExclusiveStartKey) })
    const loaded = await index.load(backup.id)
    expect(loaded?.backup.state).to.deep.equal(backup.state)
    expect(consistency().slice(1)).to.deep.equal(pages.map(() => 'Query true'))
  })
})

function pageAfter(pages: readonly (readonly WireAttributes[])[], start: WireAttributes | undefined): object {
  const at = start === undefined ? 0 : 1 + pages.findIndex(([item]) => item?.SK?.S === start.SK?.S)
  const Items = pages[at] ?? []
  const [last] = Items
  const more = at + 1 < pages.length && last !== undefined
  return { Items, Count: Items.length, ...(more ? { LastEvaluatedKey: { PK: last.PK, SK: last.SK } } : {}) }
}
