import { createDynamoDbClient } from '../adapters/dynamodb/dynamodb-client.ts'
import { DynamoDbBackupIndex } from '../adapters/dynamodb/dynamodb-backup-index.ts'
import { createS3Clients } from '../adapters/s3/s3-client.ts'
import { S3BlobStore } from '../adapters/s3/s3-blob-store.ts'
import type { Clock } from '../application/ports/clock.ts'
import type { Random } from '../application/ports/random.ts'
import type { AwsStorageConfiguration } from './configuration.ts'
import type { Stores } from './stores.ts'

/** S3 and DynamoDB, or servers compatible with them: for any number of instances. */
export function openAwsStores(storage: AwsStorageConfiguration, clock: Clock, random: Random): Stores {
  const { bucket, kmsKeyArn, forcePathStyle, tableName } = storage
  const dynamoDb = createDynamoDbClient()
  const clients = createS3Clients({ forcePathStyle })
  const blobs = new S3BlobStore({ clients, bucket, kmsKeyArn, clock, random })
  return {
    index: new DynamoDbBackupIndex({ client: dynamoDb, tableName, clock, random }),
    blobs,
    close: () => {
      dynamoDb.destroy()
      blobs.close()
      return Promise.resolve()
    },
  }
}
