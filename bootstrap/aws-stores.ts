import { createDynamoDbClient } from '../adapters/dynamodb/dynamodb-client.ts'
import { DynamoDbBackupIndex } from '../adapters/dynamodb/dynamodb-backup-index.ts'
import { createS3Clients } from '../adapters/s3/s3-client.ts'
import { S3BlobStore } from '../adapters/s3/s3-blob-store.ts'
import type { Clock } from '../application/ports/clock.ts'
import type { Random } from '../application/ports/random.ts'
import type { AwsStorageConfiguration } from './aws-configuration.ts'
import { requireRegion } from './require-region.ts'
import type { Stores } from './stores.ts'

/**
 * S3 and DynamoDB, or servers compatible with them: for any number of instances.
 * @throws {StartFault} without a region
 */
export async function openAwsStores(storage: AwsStorageConfiguration, clock: Clock, random: Random): Promise<Stores> {
  const { bucket, kmsKeyArn, forcePathStyle, tableName } = storage
  const client = createDynamoDbClient()
  await requireRegion(client)
  const index = new DynamoDbBackupIndex({ client, tableName, clock, random })
  const blobs = new S3BlobStore({ clients: createS3Clients({ forcePathStyle }), bucket, kmsKeyArn, clock, random })
  return {
    index,
    blobs,
    // An upload that has not ended is no object.
    removeAbandonedUploads: () => Promise.resolve(),
    close: () => {
      index.close()
      blobs.close()
      return Promise.resolve()
    },
  }
}
