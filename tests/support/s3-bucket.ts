import { randomUUID } from 'node:crypto'
import { NodeRandom } from '../../adapters/crypto/node-random.ts'
import { provisionBucket } from '../../adapters/s3/provision-bucket.ts'
import { S3BlobStore, type S3BlobStoreOptions } from '../../adapters/s3/s3-blob-store.ts'
import { createS3Client, createS3Clients, type S3Connection } from '../../adapters/s3/s3-client.ts'
import { SystemClock } from '../../adapters/system/system-clock.ts'
import { ManualClock } from './manual-clock.ts'

/** What the server in a container is started with; a server of one's own may have others. */
export const LOCAL_CREDENTIALS = {
  accessKeyId: process.env.TEST_S3_ACCESS_KEY_ID ?? 'local',
  secretAccessKey: process.env.TEST_S3_SECRET_ACCESS_KEY ?? 'local',
}

export function localS3(endpoint: string): S3Connection {
  return { endpoint, region: 'us-east-1', credentials: LOCAL_CREDENTIALS, forcePathStyle: true }
}

/** Makes a bucket of its own at the endpoint. @returns its name */
export async function makeBucket(endpoint: string): Promise<string> {
  const client = createS3Client(localS3(endpoint))
  const bucket = `test-${randomUUID()}`
  await provisionBucket(client, bucket, () => {})
  client.destroy()
  return bucket
}

export function openS3Store(endpoint: string, bucket: string): S3BlobStore {
  const clients = createS3Clients(localS3(endpoint))
  return new S3BlobStore({ clients, bucket, clock: new SystemClock(), random: new NodeRandom() })
}

/** One that does not wait between attempts. */
export function s3StoreOver(
  endpoint: string,
  options: Partial<S3BlobStoreOptions> = {},
  connection: S3Connection = {},
): S3BlobStore {
  const clients = createS3Clients({ ...localS3(endpoint), ...connection })
  return new S3BlobStore({ clients, bucket: 'bucket', clock: new ManualClock(), random: new NodeRandom(), ...options })
}
