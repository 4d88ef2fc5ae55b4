import { expect } from 'chai'
import { createHash, randomBytes } from 'node:crypto'
import { readdir, rm } from 'node:fs/promises'
import { mock } from 'node:test'
import type { S3BlobStore } from '../../../adapters/s3/s3-blob-store.ts'
import { StoreUnavailable } from '../../../application/ports/store-unavailable.ts'
import { chunked, failingAfter } from '../../support/byte-streams.ts'
import { CAN_LIST_OPEN_FILES, openFilesIn } from '../../support/open-files.ts'
import { rejectionOf } from '../../support/rejection.ts'
import { s3StoreOver } from '../../support/s3-bucket.ts'
import { s3Error, startS3WireServer, type S3Answer, type S3WireServer } from '../../support/s3-wire-server.ts'
import { freshBlobKey } from '../../support/sample-backups.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.ts'

const IDLE_TIMEOUT = 500 // milliseconds
const BYTES = randomBytes(300_000)
const SHA256 = createHash('sha256').update(BYTES).digest('hex')
const STORED = { 'content-length': `${BYTES.length}`, 'x-amz-meta-sha256': SHA256 }
const OK: S3Answer = { status: 200 }
const KEY_TAKEN = s3Error(412, 'PreconditionFailed')

const PASSING: readonly (readonly [what: string, answer: S3Answer])[] = [
  ['an internal error', s3Error(500, 'InternalError')],
  ['too many requests', s3Error(503, 'SlowDown')],
  ['a gateway that gave up', { status: 504, body: '<html>' }],
  ['a conflict with another request', s3Error(409, 'ConditionalRequestConflict')],
  ['bytes that came too slowly', s3Error(400, 'RequestTimeout')],
  ['bytes that did not all come', s3Error(400, 'IncompleteBody')],
  ['a clock that is off', s3Error(403, 'RequestTimeTooSkewed')],
  ['bytes that were changed on the way', s3Error(400, 'BadDigest')],
  ['a connection that ends', 'drop'],
  ['no answer', 'hang'],
]

const UNKNOWN = PASSING.filter(([, answer]) => typeof answer === 'string' || answer.status >= 500)
const KNOWN = PASSING.filter((row) => !UNKNOWN.includes(row))

const FINAL: readonly (readonly [what: string, answer: S3Answer])[] = [
  ['a key that is taken', KEY_TAKEN],
  ['denied access', s3Error(403, 'AccessDenied')],
  ['a missing bucket', s3Error(404, 'NoSuchBucket')],
  ['a bad request', s3Error(400, 'InvalidArgument')],
  ['a redirection', s3Error(301, 'PermanentRedirect')],
]

const OTHERS: readonly (readonly [what: string, head: S3Answer])[] = [
  ['of another SHA-256', { status: 200, headers: { ...STORED, 'x-amz-meta-sha256': '0'.repeat(64) } }],
  ['of another size', { status: 200, headers: { ...STORED, 'content-length': '1' } }],
  ['that does not say what it is', { status: 200, headers: { 'content-length': STORED['content-length'] } }],
  ['that is gone again', { status: 404 }],
  ['that may not be looked at', { status: 403 }],
]

describe('S3: uploads', () => {
  let server: S3WireServer
  let spoolFolder: TemporaryFolder
  let store: S3BlobStore
  let puts: readonly S3Answer[]
  let head: S3Answer

  beforeEach(async () => {
    head = { status: 404 }
    // Where nothing is answered, the wait for it is over at once; nowhere else does any time pass.
    mock.timers.enable({ apis: ['setTimeout'] })
    spoolFolder = await makeTemporaryFolder()
    server = await startS3WireServer(({ method }, earlier) => {
      const answer = method === 'HEAD' ? head : puts[Math.min(earlier.length, puts.length - 1)]!
      if (answer === 'hang') setImmediate(() => mock.timers.tick(IDLE_TIMEOUT))
      return answer
    })
    store = s3StoreOver(server.endpoint, { spoolFolder: spoolFolder.path, idleTimeout: IDLE_TIMEOUT })
  })
  afterEach(async () => {
    mock.timers.reset()
    store.close()
    await server.stop()
    await spoolFolder.remove()
  })

  const put = () => store.put(freshBlobKey(), chunked(BYTES, 65_536))
  const methods = (): readonly string[] => server.requests.map(({ method }) => method)

  it('send the bytes once, with what they must be, to be created only', async () => {
    puts = [OK]
    const { key, size, sha256 } = await put()
    const [{ path, body, headers }] = server.requests as [S3WireServer['requests'][number]]
    expect({ size, sha256 }).to.deep.equal({ size: BYTES.length, sha256: SHA256 })
    expect(path).to.equal(`/bucket/${key}?x-id=PutObject`)
    expect(body.equals(BYTES)).to.equal(true)
    expect(headers).to.include({
      'if-none-match': '*',
      'content-length': `${BYTES.length}`,
      'content-type': 'application/octet-stream',
      'x-amz-checksum-sha256': Buffer.from(SHA256, 'hex').toString('base64'),
      'x-amz-meta-sha256': SHA256,
    })
    expect(headers).to.not.have.any.keys('expect', 'transfer-encoding', 'x-amz-trailer', 'x-amz-server-side-encryption')
  })

  it('send what is large without asking first, which would take a connection for each', async () => {
    puts = [OK]
    await store.put(freshBlobKey(), chunked(randomBytes(3 * 1024 * 1024)))
    expect(server.requests[0]?.headers).to.not.have.any.keys('expect')
  })

  it('name the key to encrypt with, and save its use', async () => {
    puts = [OK]
    const kmsKeyArn = 'arn:aws:kms:us-east-1:111122223333:key/1234'
    const encrypting = s3StoreOver(server.endpoint, { kmsKeyArn })
    await encrypting.put(freshBlobKey(), chunked(BYTES))
    encrypting.close()
    expect(server.requests[0]?.headers).to.include({
      'x-amz-server-side-encryption': 'aws:kms',
      'x-amz-server-side-encryption-aws-kms-key-id': kmsKeyArn,
      'x-amz-server-side-encryption-bucket-key-enabled': 'true',
    })
  })

  it('use one connection again and again', async () => {
    puts = [OK]
    for (let round = 0; round < 5; round += 1) await put()
    expect(server.connections()).to.equal(1)
  })

  for (const [what, answer] of PASSING) {
    it(`are made again, from the first byte, after ${what}`, async () => {
      puts = [answer, answer, OK]
      expect(await put()).to.include({ sha256: SHA256 })
      expect(server.requests.map(({ body }) => body.equals(BYTES))).to.deep.equal([true, true, true])
    })

    it(`are given up after ${what} three times`, async () => {
      puts = [answer]
      const error = await rejectionOf(put())
      expect(error).to.be.instanceOf(StoreUnavailable).with.property('operation', 'S3 PutObject')
      expect(methods()).to.deep.equal(['PUT', 'PUT', 'PUT'])
    })
  }

  it('are signed by the clock of S3 where that of this machine is off', async () => {
    const date = 'Thu, 01 Jan 2032 12:00:00 GMT'
    const { body } = s3Error(403, 'RequestTimeTooSkewed')
    puts = [{ status: 403, headers: { date }, body: body! }, OK]
    await put()
    expect(server.requests[1]?.headers['x-amz-date']).to.match(/^20320101T1[12]/)
  })

  for (const [what, answer] of FINAL) {
    it(`are given up at once after ${what}`, async () => {
      puts = [answer]
      head = { status: 200, headers: STORED }
      expect(await rejectionOf(put())).to.be.instanceOf(StoreUnavailable)
      expect(methods()).to.deep.equal(['PUT'])
    })
  }

  for (const [what, answer] of UNKNOWN) {
    it(`are done if the key is taken by the attempt before, which ended in ${what}`, async () => {
      puts = [answer, KEY_TAKEN]
      head = { status: 200, headers: STORED }
      expect(await put()).to.include({ sha256: SHA256 })
      expect(methods()).to.deep.equal(['PUT', 'PUT', 'HEAD'])
    })
  }

  for (const [what, answer] of KNOWN) {
    it(`have failed if the key is taken after ${what}, when nothing was stored`, async () => {
      puts = [answer, KEY_TAKEN]
      head = { status: 200, headers: STORED }
      expect(await rejectionOf(put())).to.be.instanceOf(StoreUnavailable)
      expect(methods()).to.deep.equal(['PUT', 'PUT'])
    })
  }

  it('remember an unknown outcome over the attempts that follow', async () => {
    puts = ['drop', s3Error(409, 'ConditionalRequestConflict'), KEY_TAKEN]
    head = { status: 200, headers: STORED }
    expect(await put()).to.include({ sha256: SHA256 })
  })

  for (const [what, found] of OTHERS) {
    it(`have failed if the key is taken by an object ${what}`, async () => {
      puts = ['drop', KEY_TAKEN]
      head = found
      expect(await rejectionOf(put())).to.be.instanceOf(StoreUnavailable)
    })
  }

  describe('spool', () => {
    for (const [what, answers] of [
      ['stored', [OK]],
      ['stored in a second attempt', ['drop', OK]],
      ['refused', [KEY_TAKEN]],
      ['given up', ['hang']],
    ] as const) {
      it(`leaves nothing behind of a blob that was ${what}`, async function () {
        if (!CAN_LIST_OPEN_FILES) this.skip()
        puts = answers
        await Promise.allSettled([put()])
        expect(await readdir(spoolFolder.path)).to.deep.equal([])
        expect(await openFilesIn(spoolFolder.path)).to.deep.equal([])
      })
    }

    it('has no name while it is filled, and sends nothing of a body that fails', async () => {
      const error = new Error('the client went away')
      let names: readonly string[] | undefined
      const body = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
        yield BYTES
        names = await readdir(spoolFolder.path)
        yield* failingAfter(BYTES, error)
      }
      expect(await rejectionOf(store.put(freshBlobKey(), body()))).to.equal(error)
      expect(names).to.deep.equal([])
      expect(server.requests).to.have.length(0)
    })

    it('is what makes the store unavailable when there is no room for it, and does not read the body', async () => {
      await rm(spoolFolder.path, { recursive: true })
      const error = await rejectionOf(store.put(freshBlobKey(), failingAfter(BYTES, new Error('was read'))))
      expect(error).to.be.instanceOf(StoreUnavailable).with.property('operation', 'spool to disk')
    })
  })
})
