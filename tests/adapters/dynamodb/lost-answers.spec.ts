import { expect } from 'chai'
import { randomUUID } from 'node:crypto'
import type { DynamoDbBackupIndex } from '../../../adapters/dynamodb/dynamodb-backup-index.ts'
import type { Commit } from '../../../application/ports/backup-index.ts'
import { StoreUnavailable } from '../../../application/ports/store-unavailable.ts'
import { hasDynoxide, startDynoxide, type DynoxideServer } from '../../support/dynamodb-dynoxide.ts'
import { localConnection, makeTable, openIndex } from '../../support/dynamodb-table.ts'
import { forward, startWireServer, type WireRequest, type WireServer } from '../../support/dynamodb-wire-server.ts'
import { rejectionOf } from '../../support/rejection.ts'
import { sampleBackup, synced } from '../../support/sample-backups.ts'
import {
  creation,
  deletion,
  replacement,
  sampleCommit,
  sampleConsumption,
  store,
} from '../../support/sample-commits.ts'

const COMMITS: readonly (readonly [what: string, make: (index: DynamoDbBackupIndex) => Promise<Commit>])[] = [
  ['a creation', async () => creation(sampleBackup())],
  [
    'a replacement',
    async (index) => {
      const stored = await store(index, sampleBackup())
      return replacement(stored, synced(stored.backup))
    },
  ],
  ['a deletion', async (index) => deletion(await store(index, sampleBackup()))],
  ['two consumptions', async () => sampleCommit({ consume: [sampleConsumption(), sampleConsumption()] })],
  ['one consumption', async () => sampleCommit()],
]

describe('DynamoDB: answers that are lost after the effect', () => {
  let dynoxide: DynoxideServer
  let proxy: WireServer
  /** Straight to the server. */
  let direct: DynamoDbBackupIndex
  /** By way of the proxy. */
  let index: DynamoDbBackupIndex
  let lost: number
  let onTheWay: (request: WireRequest) => WireRequest

  before(async function () {
    if (!hasDynoxide()) this.skip()
    dynoxide = await startDynoxide()
    const tableName = await makeTable(dynoxide.endpoint)
    proxy = await startWireServer(async (request) => {
      const answer = await forward(onTheWay(request), dynoxide.endpoint)
      const isWrite = request.operation === 'TransactWriteItems' || request.operation === 'PutItem'
      if (!isWrite || lost === 0) return answer
      lost -= 1
      return 'drop'
    })
    direct = openIndex(localConnection(dynoxide.endpoint), tableName)
    index = openIndex({ ...localConnection(proxy.endpoint), maxAttempts: 2 }, tableName)
  })
  beforeEach(() => {
    onTheWay = (request) => request
    lost = 0
  })
  after(async () => {
    if (!hasDynoxide()) return
    index.close()
    direct.close()
    await proxy.stop()
    await dynoxide.stop()
  })

  for (const [what, make] of COMMITS) {
    it(`lead to one effect of ${what}, acknowledged`, async () => {
      const commit = await make(direct)
      lost = 1
      expect(await index.commit(commit)).to.equal('committed')
      await expectEffect(commit)
    })

    it(`lead to one effect of ${what} even if the server forgets the token`, async () => {
      const commit = await make(direct)
      onTheWay = withAnotherToken
      lost = 1
      expect(await index.commit(commit)).to.equal('committed')
      await expectEffect(commit)
    })

    it(`leave the outcome of ${what} unknown if all are lost, until it is repeated`, async () => {
      const commit = await make(direct)
      lost = 2
      expect(await rejectionOf(index.commit(commit))).to.be.instanceOf(StoreUnavailable)
      expect(await index.commit(commit)).to.equal('committed')
      await expectEffect(commit)
    })
  }

  async function expectEffect(commit: Commit): Promise<void> {
    const { change, consume } = commit
    if (change !== undefined) {
      const backup = change.kind === 'delete' ? change.before.backup : change.after
      expect((await direct.load(backup.id))?.revision).to.equal(change.kind === 'delete' ? undefined : commit.id)
    }
    for (const consumption of consume) {
      expect(await direct.commit(sampleCommit({ consume: [consumption] }))).to.equal('already-consumed')
    }
  }
})

/** As if more than ten minutes had passed. */
function withAnotherToken(request: WireRequest): WireRequest {
  const token = request.body.ClientRequestToken === undefined ? {} : { ClientRequestToken: randomUUID() }
  return { ...request, body: { ...request.body, ...token } }
}
