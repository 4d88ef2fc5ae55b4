import { describeBackupIndex } from '../contract/backup-index.contract.ts'
import { startDynamoDb, type DynamoDbServer } from '../support/dynamodb-server.ts'
import { openIndexes } from '../support/dynamodb-table.ts'

const CONTAINER_START_MILLISECONDS = 300_000 // the image may have to be fetched

describe('DynamoDB Local', () => {
  let server: DynamoDbServer | undefined

  before(async function () {
    this.timeout(CONTAINER_START_MILLISECONDS)
    server = await startDynamoDb()
  })
  after(async () => server?.stop())

  for (const instances of [1, 2]) {
    describeBackupIndex(`DynamoDB, ${instances} at once`, () => {
      if (server === undefined) throw new Error('the server was not started')
      return openIndexes(server.endpoint, instances)
    })
  }
})
