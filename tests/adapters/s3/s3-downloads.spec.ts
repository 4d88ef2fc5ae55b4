import { expect } from 'chai'
import { createHash, randomBytes } from 'node:crypto'
import { mock } from 'node:test'
import { PassThrough } from 'node:stream'
import { receivedChunks } from '../../../adapters/s3/received-chunks.ts'
import type { S3BlobStore } from '../../../adapters/s3/s3-blob-store.ts'
import { StoreUnavailable } from '../../../application/ports/store-unavailable.ts'
import { readAll, readUntilFailure } from '../../support/byte-streams.ts'
import { rejectionOf } from '../../support/rejection.ts'
import { s3StoreOver } from '../../support/s3-bucket.ts'
import { s3Error, startS3WireServer, type S3Answer, type S3WireServer } from '../../support/s3-wire-server.ts'
import { freshBlobKey } from '../../support/sample-backups.ts'
import { openStored } from '../../support/stored-blobs.ts'

const BYTES = randomBytes(300_000)
const BLOB = { key: freshBlobKey(), size: BYTES.length, sha256: createHash('sha256').update(BYTES).digest('hex') }
const OK: S3Answer = { status: 200, body: BYTES }

const FAILURES: readonly (readonly [what: string, answer: S3Answer])[] = [
  ['a missing bucket', s3Error(404, 'NoSuchBucket')],
  ['denied access', s3Error(403, 'AccessDenied')],
  ['an object that was put away', s3Error(403, 'InvalidObjectState')],
  ['an internal error', s3Error(500, 'InternalError')],
  ['too many requests', s3Error(503, 'SlowDown')],
  ['a connection that ends', 'drop'],
]

describe('S3: downloads', () => {
  let server: S3WireServer
  let store: S3BlobStore
  let answers: readonly S3Answer[]

  beforeEach(async () => {
    server = await startS3WireServer((_request, earlier) => answers[Math.min(earlier.length, answers.length - 1)]!)
    store = s3StoreOver(server.endpoint, {}, { maxAttempts: 1 })
  })
  afterEach(async () => {
    store.close()
    await server.stop()
  })

  it('give the bytes', async () => {
    answers = [OK]
    expect(BYTES.equals(await readAll((await openStored(store, BLOB)).body))).to.equal(true)
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).to.deep.equal([
      `GET /bucket/${BLOB.key}?x-id=GetObject`,
    ])
  })

  it('give undefined where there is no such object', async () => {
    answers = [s3Error(404, 'NoSuchKey')]
    expect(await store.open(BLOB)).to.equal(undefined)
  })

  for (const [what, answer] of FAILURES) {
    it(`fail, and do not find nothing, for ${what}`, async () => {
      answers = [answer]
      const error = await rejectionOf(store.open(BLOB))
      expect(error).to.be.instanceOf(StoreUnavailable).with.property('operation', 'S3 GetObject')
      expect(error).to.have.property('message', 'the service is temporarily unavailable')
    })
  }

  it('fail when there is no answer', async () => {
    answers = ['hang']
    const hasty = s3StoreOver(server.endpoint, {}, { maxAttempts: 1, requestTimeout: 100 })
    expect(await rejectionOf(hasty.open(BLOB))).to.be.instanceOf(StoreUnavailable)
    hasty.close()
  })

  for (const refusal of [s3Error(404, 'NoSuchKey'), s3Error(500, 'InternalError')]) {
    it(`fail when an answer of ${refusal.status} begins and stops`, async () => {
      answers = [{ ...refusal, half: 'stall' }]
      const hasty = s3StoreOver(server.endpoint, { callTimeout: 100 })
      expect(await rejectionOf(hasty.open(BLOB))).to.be.instanceOf(StoreUnavailable)
      hasty.close()
    })
  }

  it('take as long as they take, once they have begun', async () => {
    answers = [{ status: 200, body: BYTES, half: 'stall' }]
    const hasty = s3StoreOver(server.endpoint, { callTimeout: 50, idleTimeout: 200 })
    const { error } = await readUntilFailure((await openStored(hasty, BLOB)).body)
    expect(error).to.have.nested.property('cause.message', 'nothing came for 200 ms')
    hasty.close()
  })

  it('tell what a missing object may look like', async () => {
    answers = [s3Error(403, 'AccessDenied')]
    const error = await rejectionOf(store.open(BLOB))
    expect(error).to.have.nested.property('cause.message').that.includes('s3:ListBucket')
  })

  it('are begun again after an internal error', async () => {
    answers = [s3Error(500, 'InternalError'), OK]
    const patient = s3StoreOver(server.endpoint)
    expect(BYTES.equals(await readAll((await openStored(patient, BLOB)).body))).to.equal(true)
    patient.close()
  })

  for (const half of ['cut', 'stall'] as const) {
    it(`fail before their end when the body comes to a ${half}`, async () => {
      answers = [{ status: 200, body: BYTES, half }]
      const hasty = s3StoreOver(server.endpoint, { idleTimeout: 100 })
      const { received, error } = await readUntilFailure((await openStored(hasty, BLOB)).body)
      expect(error).to.be.instanceOf(StoreUnavailable).with.property('operation', 'S3 GetObject')
      expect(received.length).to.be.lessThan(BYTES.length)
      hasty.close()
    })
  }

  it('may break off before anyone reads them: whoever then does is told', async () => {
    answers = [{ status: 200, body: BYTES, half: 'cut' }]
    const { body } = await openStored(store, BLOB)
    await server.stop()
    expect((await readUntilFailure(body)).error).to.be.instanceOf(StoreUnavailable)
    server = await startS3WireServer(() => OK)
  })

  it('use one connection again and again when read to their end', async () => {
    answers = [OK]
    for (let round = 0; round < 5; round += 1) await readAll((await openStored(store, BLOB)).body)
    expect(server.connections()).to.equal(1)
  })

  it('fail when they are read after they were closed', async () => {
    answers = [OK]
    const opened = await openStored(store, BLOB)
    await opened.close()
    expect((await readUntilFailure(opened.body)).error).to.be.instanceOf(StoreUnavailable)
  })

  describe('that arrive', () => {
    beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }))
    afterEach(() => mock.timers.reset())

    it('wait for a reader who takes longer than S3 may', async () => {
      const download = new PassThrough()
      const chunks = receivedChunks(download, 1000)
      download.write('first')
      expect(String((await chunks.next()).value)).to.equal('first')
      mock.timers.tick(60_000)
      download.end('second')
      expect(String((await chunks.next()).value)).to.equal('second')
      expect((await chunks.next()).done).to.equal(true)
    })

    it('do not wait for S3 any longer than that', async () => {
      const download = new PassThrough()
      const next = rejectionOf(receivedChunks(download, 1000).next())
      mock.timers.tick(1000)
      expect(await next).to.have.property('message', 'nothing came for 1000 ms')
      expect(download.destroyed).to.equal(true)
    })

    it('are let go of by a reader who leaves', async () => {
      const download = new PassThrough()
      download.write('first')
      for await (const chunk of receivedChunks(download, 1000)) if (chunk.length > 0) break
      expect(download.destroyed).to.equal(true)
    })
  })
})
