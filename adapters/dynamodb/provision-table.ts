import {
  ContinuousBackupsUnavailableException,
  CreateTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  ResourceInUseException,
  UpdateContinuousBackupsCommand,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb'
import type { Clock } from '../../application/ports/clock.ts'
import { requireLayout, requireTable } from './require-table.ts'
import { PARTITION_KEY, SORT_KEY, TIME_TO_LIVE_ATTRIBUTE } from './table-layout.ts'

export interface TableProvision {
  readonly tableName: string
  /** Refuses to delete the table by mistake. */
  readonly deletionProtection: boolean
}

export interface ProvisionContext {
  /** Told what was done or could not be. */
  readonly note: (line: string) => void
  readonly clock: Pick<Clock, 'sleep'>
}

const MAX_WAIT_SECONDS = 300
const RECOVERY_ATTEMPTS = 24
const RECOVERY_PAUSE_MILLISECONDS = 5000

/**
 * Creates the table if it is missing, and turns on what it needs; an existing table keeps everything else, and one of
 * another layout, which is somebody else's, keeps everything.
 * @throws {Error} saying what is wrong with a table that exists
 */
export async function provisionTable(
  client: DynamoDBClient,
  { tableName, deletionProtection }: TableProvision,
  context: ProvisionContext,
): Promise<void> {
  const created = await createTable(client, tableName, deletionProtection)
  context.note(`table ${tableName}: ${created ? 'created' : 'there already'}`)
  const wait = { client, maxWaitTime: MAX_WAIT_SECONDS, minDelay: 1, maxDelay: 5 }
  await waitUntilTableExists(wait, { TableName: tableName })
  requireLayout(tableName, (await client.send(new DescribeTableCommand({ TableName: tableName }))).Table)
  await enableTimeToLive(client, tableName, context)
  await enablePointInTimeRecovery(client, tableName, context)
  await requireTable(client, tableName)
}

async function createTable(client: DynamoDBClient, tableName: string, deletionProtection: boolean): Promise<boolean> {
  try {
    await client.send(
      new CreateTableCommand({
        TableName: tableName,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [PARTITION_KEY, SORT_KEY].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
        KeySchema: [
          { AttributeName: PARTITION_KEY, KeyType: 'HASH' },
          { AttributeName: SORT_KEY, KeyType: 'RANGE' },
        ],
        DeletionProtectionEnabled: deletionProtection,
      }),
    )
    return true
  } catch (error) {
    if (error instanceof ResourceInUseException) return false
    throw error
  }
}

/** Asks first: turning on what is on is an error, and so is turning it on and off again within an hour. */
async function enableTimeToLive(client: DynamoDBClient, tableName: string, { note }: ProvisionContext): Promise<void> {
  const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName: tableName }))
  // On another attribute it is not ours to change; the check at the end tells.
  if (TimeToLiveDescription?.TimeToLiveStatus?.startsWith('ENABL') === true) return
  const command = new UpdateTimeToLiveCommand({
    TableName: tableName,
    TimeToLiveSpecification: { Enabled: true, AttributeName: TIME_TO_LIVE_ATTRIBUTE },
  })
  try {
    await client.send(command)
  } catch (error) {
    // Somebody else was faster, if the check at the end agrees.
    if (isNamed(error, 'ValidationException')) return
    throw error
  }
  note(`table ${tableName}: time to live on ${TIME_TO_LIVE_ATTRIBUTE}`)
}

/**
 * Asks first: turning on what is on sets the days that it reaches back to their default, 35. A table that was just
 * created cannot have it at once.
 */
async function enablePointInTimeRecovery(
  client: DynamoDBClient,
  tableName: string,
  { note, clock }: ProvisionContext,
): Promise<void> {
  const command = new UpdateContinuousBackupsCommand({
    TableName: tableName,
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
  })
  for (let attempt = 1; ; attempt += 1) {
    try {
      if (await hasPointInTimeRecovery(client, tableName)) return
      await client.send(command)
      note(`table ${tableName}: point-in-time recovery`)
      return
    } catch (error) {
      // Emulators have none.
      if (isNamed(error, 'UnknownOperationException')) {
        note(`table ${tableName}: no point-in-time recovery, this server does not know it`)
        return
      }
      if (!(error instanceof ContinuousBackupsUnavailableException) || attempt === RECOVERY_ATTEMPTS) throw error
      await clock.sleep(RECOVERY_PAUSE_MILLISECONDS)
    }
  }
}

async function hasPointInTimeRecovery(client: DynamoDBClient, tableName: string): Promise<boolean> {
  const command = new DescribeContinuousBackupsCommand({ TableName: tableName })
  const { ContinuousBackupsDescription: backups } = await client.send(command)
  return backups?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus === 'ENABLED'
}

function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name
}
