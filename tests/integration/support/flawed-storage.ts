import {
  CreateTableCommand,
  DeleteTableCommand,
  UpdateTimeToLiveCommand,
  type AttributeDefinition,
  type DynamoDBClient,
  type KeySchemaElement,
} from '@aws-sdk/client-dynamodb'
import { randomUUID } from 'node:crypto'
import { createDynamoDbClient } from '../../../adapters/dynamodb/dynamodb-client.ts'
import { createS3Client } from '../../../adapters/s3/s3-client.ts'
import { provisionBucket } from '../../../adapters/s3/provision-bucket.ts'
import { localConnection } from '../../support/dynamodb-table.ts'
import { LOCAL_CREDENTIALS, localS3 } from '../../support/s3-bucket.ts'
import type { AwsServers } from './aws-servers.ts'
import { makeTable, type AwsStorage } from './aws-storage.ts'

/** A way for a table or a bucket to be other than the service needs it. */
export interface Flaw {
  /** Of which the log has to speak. */
  readonly trouble: RegExp
  /** Makes what is flawed, all else being as it should. */
  readonly make: (servers: AwsServers, storage: AwsStorage) => Promise<void>
  readonly mend: (servers: AwsServers, storage: AwsStorage) => Promise<void>
}

type Key = readonly (readonly [name: string, type: 'S' | 'N'])[]

const KEY: Key = [
  ['PK', 'S'],
  ['SK', 'S'],
]

export const FLAWS: Readonly<Record<string, Flaw>> = {
  'there is no table': {
    trouble: /there is no table/,
    make: makeOwnBucket,
    mend: makeOwnTable,
  },
  'the table has no time to live': {
    trouble: /has no time to live; it is wanted on forgetAt/,
    make: (servers, storage) => makeFlawedTable(servers, storage, KEY),
    mend: makeOwnTable,
  },
  'the table has time to live on another attribute': {
    trouble: /has time to live on expiresAt; it is wanted on forgetAt/,
    make: async (servers, storage) => {
      await makeFlawedTable(servers, storage, KEY)
      await setTimeToLive(servers, storage, true)
    },
    mend: async (servers, storage) => {
      await setTimeToLive(servers, storage, false)
      await makeOwnTable(servers, storage)
    },
  },
  'the table has another key': {
    trouble: /has the key PK HASH S where PK HASH S, SK RANGE S is wanted/,
    make: (servers, storage) => makeFlawedTable(servers, storage, [['PK', 'S']]),
    mend: replaceTable,
  },
  'the table has a key of another type': {
    trouble: /has the key PK HASH S, SK RANGE N where PK HASH S, SK RANGE S is wanted/,
    make: (servers, storage) => {
      return makeFlawedTable(servers, storage, [
        ['PK', 'S'],
        ['SK', 'N'],
      ])
    },
    mend: replaceTable,
  },
  'there is no bucket': {
    trouble: /bucket .* does not exist/,
    make: makeOwnTable,
    mend: makeOwnBucket,
  },
}

/** Names that nothing has yet. */
export function newNames(): AwsStorage {
  return { tableName: `test-${randomUUID()}`, bucket: `test-${randomUUID()}` }
}

async function makeOwnTable({ dynamoDbEndpoint }: AwsServers, { tableName }: AwsStorage): Promise<void> {
  await makeTable(dynamoDbEndpoint, tableName)
}

async function makeOwnBucket({ s3Endpoint }: AwsServers, { bucket }: AwsStorage): Promise<void> {
  const client = createS3Client(localS3(s3Endpoint))
  await provisionBucket(client, bucket, () => {})
  client.destroy()
}

async function makeFlawedTable(servers: AwsServers, storage: AwsStorage, key: Key): Promise<void> {
  await makeOwnBucket(servers, storage)
  const KeySchema: KeySchemaElement[] = key.map(([AttributeName], index) => ({
    AttributeName,
    KeyType: index === 0 ? 'HASH' : 'RANGE',
  }))
  const AttributeDefinitions: AttributeDefinition[] = key.map(([AttributeName, AttributeType]) => ({
    AttributeName,
    AttributeType,
  }))
  const { tableName: TableName } = storage
  await withDynamoDb(servers, (client) =>
    client.send(new CreateTableCommand({ TableName, BillingMode: 'PAY_PER_REQUEST', KeySchema, AttributeDefinitions })),
  )
}

async function setTimeToLive(servers: AwsServers, { tableName }: AwsStorage, Enabled: boolean): Promise<void> {
  const TimeToLiveSpecification = { AttributeName: 'expiresAt', Enabled }
  await withDynamoDb(servers, (client) =>
    client.send(new UpdateTimeToLiveCommand({ TableName: tableName, TimeToLiveSpecification })),
  )
}

/** A key cannot be changed. */
async function replaceTable(servers: AwsServers, storage: AwsStorage): Promise<void> {
  await withDynamoDb(servers, (client) => client.send(new DeleteTableCommand({ TableName: storage.tableName })))
  await makeOwnTable(servers, storage)
}

async function withDynamoDb(
  { dynamoDbEndpoint }: AwsServers,
  act: (client: DynamoDBClient) => Promise<unknown>,
): Promise<void> {
  const client = createDynamoDbClient({ ...localConnection(dynamoDbEndpoint), credentials: LOCAL_CREDENTIALS })
  try {
    await act(client)
  } finally {
    client.destroy()
  }
}
