import { createDynamoDbClient } from '../adapters/dynamodb/dynamodb-client.ts'
import { DynamoDbBackupIndex } from '../adapters/dynamodb/dynamodb-backup-index.ts'
import { createS3Client } from '../adapters/s3/s3-client.ts'
import { S3BlobStore } from '../adapters/s3/s3-blob-store.ts'
import type { Clock } from '../application/ports/clock.ts'
import type { Random } from '../application/ports/random.ts'
import type { AwsStorageConfiguration } from './configuration.ts'
import type { Stores } from './stores.ts'

/** S3 and DynamoDB, or servers compatible with them: for any number of instances. */
export function openAwsStores(storage: AwsStorageConfiguration, clock: Clock, random: Random): Stores {
  const { bucket, kmsKeyArn, forcePathStyle, tableName } = storage
  const dynamoDb = createDynamoDbClient()
  const s3 = createS3Client({ forcePathStyle })
  return {
    index: new DynamoDbBackupIndex({ client: dynamoDb, tableName, clock, random }),
    blobs: new S3BlobStore({ client: s3, bucket, kmsKeyArn, clock, random }),
    close: () => {
      dynamoDb.destroy()
      s3.destroy()
      return Promise.resolve()
    },
  }
}
