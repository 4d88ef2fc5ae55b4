import { createDynamoDbClient, type DynamoDbConnection } from '../../adapters/dynamodb/dynamodb-client.ts'
import { provisionTable, type ProvisionContext, type TableProvision } from '../../adapters/dynamodb/provision-table.ts'
import { provisionBucket } from '../../adapters/s3/provision-bucket.ts'
import { createS3Client, type S3Connection } from '../../adapters/s3/s3-client.ts'
import { awsNames } from '../aws-configuration.ts'
import { ConfigurationError } from '../configuration.ts'
import { Environment } from '../environment.ts'
import { requireRegion } from '../require-region.ts'

/** What `STORAGE=aws` needs to be there. */
export interface Provision {
  readonly table: TableProvision & { readonly connection: DynamoDbConnection }
  readonly bucket?: { readonly name: string; readonly connection: S3Connection }
}

/**
 * Reads the variables that the service itself reads; the table is always made, the bucket if it is named.
 * @throws {ConfigurationError} with every fault there is
 */
export function readProvision(variables: Readonly<Record<string, string | undefined>>): Provision {
  const environment = new Environment(variables)
  const { tableName, bucket: name, forcePathStyle } = awsNames(environment)
  if (environment.faults.length > 0) throw new ConfigurationError(environment.faults)
  return {
    table: { tableName, deletionProtection: true, connection: {} },
    ...(name === undefined ? {} : { bucket: { name, connection: { forcePathStyle } } }),
  }
}

/**
 * Makes what is missing and leaves what is there; may be repeated, also by several at once.
 * @throws {StartFault} without a region
 */
export async function provision({ table, bucket }: Provision, context: ProvisionContext): Promise<void> {
  const dynamoDb = createDynamoDbClient(table.connection)
  try {
    await requireRegion(dynamoDb)
    await provisionTable(dynamoDb, table, context)
  } finally {
    dynamoDb.destroy()
  }
  if (bucket === undefined) return
  const s3 = createS3Client(bucket.connection)
  try {
    await provisionBucket(s3, bucket.name, context.note)
  } finally {
    s3.destroy()
  }
}
