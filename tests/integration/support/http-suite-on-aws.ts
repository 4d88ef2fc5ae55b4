import { openSpools } from '../../support/http-storage.ts'
import { chooseStorage, type ProvidedStorage } from '../../support/chosen-storage.ts'
import { openS3Store } from '../../support/s3-bucket.ts'
import { keysIn } from '../../support/stored-blobs.ts'
import { startAwsServers } from './aws-servers.ts'
import { provisionStorage, sdkVariables, storageVariables } from './aws-storage.ts'

chooseStorage(provideTableAndBucket)

/** Every service of the HTTP suite gets a table and a bucket of its own. */
async function provideTableAndBucket(): Promise<ProvidedStorage> {
  const servers = await startAwsServers()
  const storage = await provisionStorage(servers)
  // For the SDK, which finds its own way; the same for all these services.
  Object.assign(process.env, sdkVariables(servers))
  return {
    variables: storageVariables(storage),
    blobs: {
      stored: async () => {
        const store = openS3Store(servers.s3Endpoint, storage.bucket)
        const keys = await keysIn(store)
        store.close()
        return keys
      },
      // What S3 gets waits on disk until it is complete.
      underWay: openSpools,
    },
  }
}
