import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
import { expect } from 'chai'
import { randomUUID } from 'node:crypto'
import { commitWrites } from '../../adapters/dynamodb/commit-transaction.ts'
import { createDynamoDbClient } from '../../adapters/dynamodb/dynamodb-client.ts'
import { itemSize } from '../support/dynamodb-item-size.ts'
import type { TableItem } from '../support/dynamodb-metered-table.ts'
import { startDynamoDb, type DynamoDbServer } from '../support/dynamodb-server.ts'
import { localConnection, makeTable } from '../support/dynamodb-table.ts'
import { sampleBackup, synced } from '../support/sample-backups.ts'
import { creation } from '../support/sample-commits.ts'

const CONTAINER_START_MILLISECONDS = 300_000 // the image may have to be fetched

/** One of each kind. */
const ITEMS = new Map(
  commitWrites('table', creation(synced(synced(sampleBackup(), 2), 2)))
    .map(({ item }) => item.Put?.Item as TableItem)
    .map((item) => [item.SK.split('#')[0], item]),
)

/** docs/storage-schema.md has prices that rest on the sizes of items; here those are held against a server's. */
describe('DynamoDB: the size of items', () => {
  let server: DynamoDbServer
  let client: DynamoDBClient
  let documents: DynamoDBDocumentClient
  let tableName: string

  before(async function () {
    this.timeout(CONTAINER_START_MILLISECONDS)
    server = await startDynamoDb()
    tableName = await makeTable(server.endpoint)
    client = createDynamoDbClient(localConnection(server.endpoint))
    documents = DynamoDBDocumentClient.from(client)
  })
  after(async () => {
    client.destroy()
    await server.stop()
  })

  for (const [name, item] of ITEMS) {
    for (const units of [2, 3]) {
      it(`of ${name} that is computed is the one that is counted: filled up to ${units} write units, and beyond`, async () => {
        const full = filledUp(item, units * 1024)
        expect(await put(full)).to.equal(units)
        expect(await put({ ...full, filling: `${full.filling}x` })).to.equal(units + 1)
      })
    }

    it(`of ${name} that is computed is the one that is counted: filled up to a read unit, and beyond`, async () => {
      const full = filledUp(item, 4096)
      await put(full)
      expect(await query(full.PK)).to.equal(1)
      await put({ ...full, filling: `${full.filling}x` })
      expect(await query(full.PK)).to.equal(2)
    })
  }

  async function put(Item: TableItem): Promise<number | undefined> {
    const command = new PutCommand({ TableName: tableName, Item, ReturnConsumedCapacity: 'TOTAL' })
    return (await documents.send(command)).ConsumedCapacity?.CapacityUnits
  }

  async function query(partition: string): Promise<number | undefined> {
    const command = new QueryCommand({
      TableName: tableName,
      KeyConditionExpression: 'PK = :partition',
      ExpressionAttributeValues: { ':partition': partition },
      ConsistentRead: true,
      ReturnConsumedCapacity: 'TOTAL',
    })
    return (await documents.send(command)).ConsumedCapacity?.CapacityUnits
  }
})

/** Has the same attributes, one more, a partition of its own, and this size. */
function filledUp(item: TableItem, bytes: number): TableItem & { readonly filling: string } {
  const empty = { ...item, PK: randomUUID(), filling: '' }
  return { ...empty, filling: 'x'.repeat(bytes - itemSize(empty)) }
}
