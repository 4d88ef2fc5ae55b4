import { describeBlobStore } from '../contract/blob-store.contract.ts'
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

  describeBlobStore('S3', async () => {
    if (server === undefined) throw new Error('the server was not started')
    const store = openS3Store(server.endpoint, await makeBucket(server.endpoint))
    return {
      store,
      close: async () => {
        store.close()
      },
    }
  })
})
