import { describeBlobCorruption, type CorruptibleBlobStore } from '../contract/blob-store-integrity.contract.ts'
import { describeBlobStore } from '../contract/blob-store.contract.ts'
import { corruptObject } from '../support/corrupt-object.ts'
import { makeBucket, openS3Store } from '../support/s3-bucket.ts'
import { startS3, type S3Server } from '../support/s3-server.ts'

const CONTAINER_START_MILLISECONDS = 300_000 // the image may have to be fetched

describe('S3', () => {
  let server: S3Server | undefined

  before(async function () {
    this.timeout(CONTAINER_START_MILLISECONDS)
    server = await startS3()
  })
  after(async () => server?.stop())

  const open = async (): Promise<CorruptibleBlobStore> => {
    if (server === undefined) throw new Error('the server was not started')
    const { endpoint } = server
    const bucket = await makeBucket(endpoint)
    const store = openS3Store(endpoint, bucket)
    return {
      store,
      corrupt: (key, corruption) => corruptObject({ endpoint, bucket, key }, corruption),
      close: async () => {
        store.close()
      },
    }
  }

  describeBlobStore('S3', open)
  describeBlobCorruption('S3', open)
})
