import { DeleteCommand, DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb'
import { expect } from 'chai'
import { NodeRandom } from '../../../adapters/crypto/node-random.ts'
import { createDynamoDbClient } from '../../../adapters/dynamodb/dynamodb-client.ts'
import { DynamoDbBackupIndex } from '../../../adapters/dynamodb/dynamodb-backup-index.ts'
import { factorRowItemKey, headKey, type ItemKey } from '../../../adapters/dynamodb/table-layout.ts'
import { MemoryBlobStore } from '../../../adapters/memory/memory-blob-store.ts'
import { VerifyBackups } from '../../../application/use-cases/verify-backups.ts'
import { ApplicationHarness, type CreatedBackup } from '../../support/application-harness.ts'
import { hasDynoxide, startDynoxide, type DynoxideServer } from '../../support/dynamodb-dynoxide.ts'
import { localConnection, makeTable } from '../../support/dynamodb-table.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const NOWHERE = `backup_account_02${'0'.repeat(64)}`
const STRAY = `MAIN#${'5e'.repeat(32)}`
const TORN = 'the items of a backup do not fit together: it never holds still, or it is damaged'

describe('DynamoDB: VerifyBackups', () => {
  let server: DynoxideServer
  let tableName: string
  let documents: DynamoDBDocumentClient
  let harness: ApplicationHarness<DynamoDbBackupIndex>
  let backup: CreatedBackup

  before(async function () {
    if (!hasDynoxide()) this.skip()
    server = await startDynoxide()
  })
  after(async () => {
    if (hasDynoxide()) await server.stop()
  })
  beforeEach(async () => {
    tableName = await makeTable(server.endpoint)
    const client = createDynamoDbClient(localConnection(server.endpoint))
    documents = DynamoDBDocumentClient.from(client)
    const clock = new ManualClock(Date.now())
    const index = new DynamoDbBackupIndex({ client, tableName, clock, random: new NodeRandom() })
    harness = new ApplicationHarness({ index, blobs: new MemoryBlobStore(clock), clock })
    backup = await harness.createBackup()
  })
  afterEach(() => harness.index.close())

  const put = (Item: Record<string, unknown>) => documents.send(new PutCommand({ TableName: tableName, Item }))
  const remove = (Key: ItemKey) => documents.send(new DeleteCommand({ TableName: tableName, Key }))

  async function verify(): Promise<readonly string[]> {
    const faults: string[] = []
    const { index, blobs, clock } = harness
    await new VerifyBackups(index, blobs, clock).execute({ onFault: (fault) => faults.push(fault) })
    return faults
  }

  async function rowKeys(): Promise<readonly ItemKey[]> {
    return (await harness.index.load(backup.id))!.backup.factorReferences().map(factorRowItemKey)
  }

  it('finds nothing wrong with what the use cases leave behind', async () => {
    await harness.addSyncFactor(backup)
    await harness.sync(backup)
    await harness.deleteBackup(await harness.createBackup())
    expect(await verify()).to.deep.equal([])
  })

  it('finds a factor row that is missing', async () => {
    await remove((await rowKeys())[1]!)
    expect(await verify()).to.deep.equal([
      `backup ${backup.id}: the row of its SYNC factor ${backup.syncFactorId} is missing`,
    ])
  })

  it('finds a factor row that leads elsewhere', async () => {
    const [, row] = await rowKeys()
    await put({ ...row, backupId: NOWHERE })
    expect(await verify()).to.have.members([
      `backup ${backup.id}: the row of its SYNC factor ${backup.syncFactorId} leads to backup ${NOWHERE}`,
      `factor row ${row!.PK}: it leads to backup ${NOWHERE}, which does not exist`,
    ])
  })

  it('finds a factor row of no factor', async () => {
    await put({ PK: STRAY, SK: 'OWNER', backupId: backup.id })
    expect(await verify()).to.deep.equal([
      `factor row ${STRAY}: it leads to backup ${backup.id}, which has no such factor`,
    ])
  })

  it('finds a factor row that names no backup', async () => {
    await put({ PK: STRAY, SK: 'OWNER' })
    const [fault, ...others] = await verify()
    expect(others).to.deep.equal([])
    expect(fault).to.match(new RegExp(`^factor row ${STRAY}: it cannot be read: `))
  })

  it('finds a backup that lacks a part, wherever something leads to it', async () => {
    const rows = await rowKeys()
    await remove({ PK: backup.id, SK: `MAIN#${backup.mainFactorId}` })
    expect(await verify()).to.have.members([
      `backup ${backup.id}: it cannot be read: ${TORN}`,
      ...rows.map(({ PK }) => `factor row ${PK}: it cannot be read: ${TORN}`),
    ])
  })

  it('finds the rows of a backup without a head', async () => {
    const rows = await rowKeys()
    await remove(headKey(backup.id))
    expect(await verify()).to.have.members(
      rows.map(({ PK }) => `factor row ${PK}: it leads to backup ${backup.id}, which does not exist`),
    )
  })
})
