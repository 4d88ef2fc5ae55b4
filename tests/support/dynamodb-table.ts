import { randomUUID } from 'node:crypto'
import { NodeRandom } from '../../adapters/crypto/node-random.ts'
import { createDynamoDbClient, type DynamoDbConnection } from '../../adapters/dynamodb/dynamodb-client.ts'
import { DynamoDbBackupIndex } from '../../adapters/dynamodb/dynamodb-backup-index.ts'
import { provisionTable } from '../../adapters/dynamodb/provision-table.ts'
import { SystemClock } from '../../adapters/system/system-clock.ts'
import type { OpenBackupIndex } from '../contract/backup-index.contract.ts'
import { ShiftedBackupIndex } from './dynamodb-shifted-backup-index.ts'
import { ManualClock } from './manual-clock.ts'
import { TakingTurnsBackupIndex } from './taking-turns-backup-index.ts'

/** How an emulator is reached: it takes any region and any credentials. */
export function localConnection(endpoint: string): DynamoDbConnection {
  return { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }
}

/** Makes a table of its own at the endpoint. @returns its name */
export async function makeTable(endpoint: string): Promise<string> {
  const client = createDynamoDbClient(localConnection(endpoint))
  const tableName = `test-${randomUUID()}`
  await provisionTable(client, { tableName, deletionProtection: false }, { note: () => {}, clock: new SystemClock() })
  client.destroy()
  return tableName
}

export function openIndex(connection: DynamoDbConnection, tableName: string): DynamoDbBackupIndex {
  const client = createDynamoDbClient(connection)
  return new DynamoDbBackupIndex({ client, tableName, clock: new SystemClock(), random: new NodeRandom() })
}

/** One that does not wait between attempts and leaves it at one for each request, unless told otherwise. */
export function openIndexOver(endpoint: string, connection: DynamoDbConnection = {}): DynamoDbBackupIndex {
  const client = createDynamoDbClient({ ...localConnection(endpoint), maxAttempts: 1, ...connection })
  return new DynamoDbBackupIndex({ client, tableName: 'table', clock: new ManualClock(), random: new NodeRandom() })
}

/** For the contract suite: several instances over one new table, each call made on the next. */
export async function openIndexes(endpoint: string, instances: number): Promise<OpenBackupIndex> {
  const tableName = await makeTable(endpoint)
  const indexes = Array.from({ length: instances }, () => openIndex(localConnection(endpoint), tableName))
  return {
    index: new ShiftedBackupIndex(new TakingTurnsBackupIndex(indexes)),
    close: async () => {
      for (const index of indexes) index.close()
    },
  }
}
