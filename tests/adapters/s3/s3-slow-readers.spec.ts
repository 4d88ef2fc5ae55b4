import { expect } from 'chai'
import { createHash } from 'node:crypto'
import { createS3Client } from '../../../adapters/s3/s3-client.ts'
import type { S3BlobStore } from '../../../adapters/s3/s3-blob-store.ts'
import type { OpenBlob } from '../../../application/ports/blob-store.ts'
import { StoreUnavailable } from '../../../application/ports/store-unavailable.ts'
import { chunked, readAll } from '../../support/byte-streams.ts'
import { rejectionOf } from '../../support/rejection.ts'
import { localS3, s3StoreOver } from '../../support/s3-bucket.ts'
import { startS3WireServer, type S3WireServer } from '../../support/s3-wire-server.ts'
import { freshBlobKey } from '../../support/sample-backups.ts'
import { openStored } from '../../support/stored-blobs.ts'

/** More than the connections there are for everything else. */
const READERS = 600
const BYTES = Buffer.from('sealed bytes')
const BLOB = { key: freshBlobKey(), size: BYTES.length, sha256: createHash('sha256').update(BYTES).digest('hex') }

describe('S3: a slow reader', () => {
  it('holds none of the connections that everything else is done over', async () => {
    const server = await startS3WireServer(({ method }) =>
      method === 'GET' ? { status: 200, body: BYTES, half: 'stall' } : { status: 204 },
    )
    const connection = { ...localS3(server.endpoint), maxAttempts: 1 }
    const clients = { calls: createS3Client(connection, 1), downloads: createS3Client(connection, 1) }
    const store = s3StoreOver(server.endpoint, { clients })
    const download = await openStored(store, BLOB)
    await store.delete(BLOB.key)
    await download.close()
    store.close()
    await server.stop()
  })
})

describe('S3: a crowd of slow readers', () => {
  let server: S3WireServer
  let store: S3BlobStore
  let downloads: readonly OpenBlob[]

  before(async () => {
    server = await startS3WireServer(({ method }) =>
      method === 'GET' ? { status: 200, body: BYTES, half: 'stall' } : { status: 200 },
    )
    store = s3StoreOver(server.endpoint, {}, { maxAttempts: 1 })
    downloads = []
    // A few at a time, as the bulkhead lets them through.
    while (downloads.length < READERS) {
      const few = await Promise.all(Array.from({ length: 50 }, () => openStored(store, BLOB)))
      downloads = [...downloads, ...few]
    }
  })

  after(async () => {
    for (const download of downloads) await download.close()
    store.close()
    await server.stop()
  })

  it('is as large as it is meant to be', () => {
    expect(server.connections()).to.equal(READERS)
  })

  const others: readonly (readonly [what: string, call: () => Promise<unknown>])[] = [
    ['storing', () => store.put(freshBlobKey(), chunked(BYTES, BYTES.length))],
    ['deleting', () => store.delete(BLOB.key)],
    ['readiness', () => store.checkReadiness()],
    ['another download', async () => (await openStored(store, BLOB)).close()],
  ]
  for (const [what, call] of others) {
    it(`does not keep ${what} waiting`, async () => {
      await call()
    })
  }

  it('is let go of with the store', async () => {
    store.close()
    expect(await rejectionOf(readAll(downloads[0]!.body))).to.be.instanceOf(StoreUnavailable)
  })
})
