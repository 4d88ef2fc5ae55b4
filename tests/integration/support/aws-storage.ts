import { createDynamoDbClient } from '../../../adapters/dynamodb/dynamodb-client.ts'
import { provisionTable } from '../../../adapters/dynamodb/provision-table.ts'
import { SystemClock } from '../../../adapters/system/system-clock.ts'
import { localConnection } from '../../support/dynamodb-table.ts'
import { LOCAL_CREDENTIALS, makeBucket } from '../../support/s3-bucket.ts'
import type { AwsServers } from './aws-servers.ts'
import { randomUUID } from 'node:crypto'

/** A table and a bucket. */
export interface AwsStorage {
  readonly tableName: string
  readonly bucket: string
}

/** Makes a table and a bucket that nobody else has. */
export async function provisionStorage({ dynamoDbEndpoint, s3Endpoint }: AwsServers): Promise<AwsStorage> {
  const tableName = `test-${randomUUID()}`
  try {
    const [bucket] = await Promise.all([makeBucket(s3Endpoint), makeTable(dynamoDbEndpoint, tableName)])
    return { tableName, bucket }
  } catch (cause) {
    throw new Error(`no table could be made at ${dynamoDbEndpoint}, or no bucket at ${s3Endpoint}`, { cause })
  }
}

/** With the credentials of the service: DynamoDB Local may keep the tables of each access key apart. */
export async function makeTable(endpoint: string, tableName: string): Promise<void> {
  const client = createDynamoDbClient({ ...localConnection(endpoint), credentials: LOCAL_CREDENTIALS })
  try {
    await provisionTable(client, { tableName, deletionProtection: false }, { note: () => {}, clock: new SystemClock() })
  } finally {
    client.destroy()
  }
}

/** What leads the SDK to the servers; it reads them from the environment of the process. */
export function sdkVariables({ dynamoDbEndpoint, s3Endpoint }: AwsServers): Readonly<Record<string, string>> {
  return {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: dynamoDbEndpoint,
    AWS_ENDPOINT_URL_S3: s3Endpoint,
  }
}

/** What leads the service to its table and bucket. */
export function storageVariables({ tableName, bucket }: AwsStorage): Readonly<Record<string, string>> {
  return { STORAGE: 'aws', DYNAMODB_TABLE: tableName, BACKUP_S3_BUCKET: bucket, S3_FORCE_PATH_STYLE: 'true' }
}
