import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  ResourceNotFoundException,
  type DynamoDBClient,
  type TableDescription,
  type TimeToLiveDescription,
} from '@aws-sdk/client-dynamodb'
import { PARTITION_KEY, SORT_KEY, TIME_TO_LIVE_ATTRIBUTE } from './table-layout.ts'

/** @throws {Error} saying what is wrong with the table, or whatever the client throws */
export async function requireTable(client: DynamoDBClient, tableName: string): Promise<void> {
  const [table, timeToLive] = await Promise.all([
    client.send(new DescribeTableCommand({ TableName: tableName })),
    client.send(new DescribeTimeToLiveCommand({ TableName: tableName })),
  ]).catch((error: unknown) => {
    if (!(error instanceof ResourceNotFoundException)) throw error
    throw new Error(`there is no table ${tableName} in this account and region`, { cause: error })
  })
  requireLayout(tableName, table.Table)
  const fault = faultOfTimeToLive(timeToLive.TimeToLiveDescription)
  if (fault !== undefined) throw new Error(`table ${tableName} ${fault}`)
}

/** That a table serves and has the key of ours. @throws {Error} saying what is wrong with it */
export function requireLayout(tableName: string, table: TableDescription | undefined): void {
  const fault = faultOfTable(table)
  if (fault !== undefined) throw new Error(`table ${tableName} ${fault}`)
}

function faultOfTable(table: TableDescription | undefined): string | undefined {
  // While it is UPDATING, a table serves as before.
  if (table?.TableStatus !== 'ACTIVE' && table?.TableStatus !== 'UPDATING') {
    return `is ${table?.TableStatus ?? 'in no known state'}, not ACTIVE`
  }
  const found = (table.KeySchema ?? []).map(({ AttributeName, KeyType }) => {
    const definition = table.AttributeDefinitions?.find((attribute) => attribute.AttributeName === AttributeName)
    return `${AttributeName ?? ''} ${KeyType ?? ''} ${definition?.AttributeType ?? ''}`
  })
  const wanted = [`${PARTITION_KEY} HASH S`, `${SORT_KEY} RANGE S`]
  if (found.join() === wanted.join()) return undefined
  return `has the key ${found.join(', ')} where ${wanted.join(', ')} is wanted`
}

function faultOfTimeToLive(timeToLive: TimeToLiveDescription | undefined): string | undefined {
  const { TimeToLiveStatus: status, AttributeName: attribute } = timeToLive ?? {}
  const enabled = status === 'ENABLED' || status === 'ENABLING'
  if (enabled && attribute === TIME_TO_LIVE_ATTRIBUTE) return undefined
  const found = enabled ? `has time to live on ${attribute ?? 'nothing'}` : 'has no time to live'
  return `${found}; it is wanted on ${TIME_TO_LIVE_ATTRIBUTE}`
}
