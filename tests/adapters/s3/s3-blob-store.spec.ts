import { expect } from 'chai'
import type { S3BlobStore } from '../../../adapters/s3/s3-blob-store.ts'
import type { ListedBlob } from '../../../application/ports/blob-store.ts'
import { StoreUnavailable } from '../../../application/ports/store-unavailable.ts'
import { collect } from '../../support/byte-streams.ts'
import { rejectionOf } from '../../support/rejection.ts'
import { s3StoreOver } from '../../support/s3-bucket.ts'
import {
  s3Error,
  startS3WireServer,
  type S3Answer,
  type S3Response,
  type S3WireServer,
} from '../../support/s3-wire-server.ts'
import { freshBlobKey } from '../../support/sample-backups.ts'

const KEYS = [freshBlobKey(), freshBlobKey(), freshBlobKey()] as const
const INTERNAL_ERROR = s3Error(500, 'InternalError')

const UNREADY: readonly (readonly [fault: string, answer: S3Answer])[] = [
  ['bucket bucket does not exist', { status: 404 }],
  ['bucket bucket may not be accessed', { status: 403 }],
  ['bucket bucket is in another region', { status: 301 }],
  ['bucket bucket is out of reach', { status: 500 }],
  ['bucket bucket is out of reach', 'drop'],
]

describe('S3BlobStore', () => {
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

  it('lists page after page', async () => {
    answers = [listing([KEYS[0], KEYS[1]], 'more'), listing([KEYS[2]])]
    const listed = await collect(store.list())
    expect(listed).to.deep.equal(KEYS.map((key) => ({ key, storedAt: 1_750_000_000 })))
    expect(server.requests.map(({ path }) => path)).to.deep.equal([
      '/bucket/?list-type=2',
      '/bucket/?continuation-token=more&list-type=2',
    ])
  })

  for (const [what, days] of [
    ['behind', 3],
    ['ahead of', -3],
  ] as const) {
    it(`lists the age of a blob right where the clock of this machine is ${what} that of S3`, async () => {
      const [hour, now] = [3_600_000, Date.now()]
      const theirs = now + days * 24 * hour
      const { body } = listing([KEYS[0]], undefined, new Date(theirs - hour))
      answers = [{ status: 200, headers: { date: new Date(theirs).toUTCString() }, body: body! }]
      const [blob] = await collect(store.list())
      expect(blob!.storedAt * 1000).to.be.closeTo(now - hour, 60_000)
    })
  }

  it('lists nothing that is no blob', async () => {
    answers = [listing(['notes.txt', KEYS[0], 'folder/', 'folder/file', 'a/b/c'])]
    expect((await collect(store.list())).map(({ key }) => key)).to.deep.equal([KEYS[0]])
  })

  it('lists nothing of an empty bucket', async () => {
    answers = [listing([])]
    expect(await collect(store.list())).to.deep.equal([])
  })

  it('tells when it cannot list on, after what it has listed', async () => {
    answers = [listing([KEYS[0]], 'more'), INTERNAL_ERROR]
    const listed: ListedBlob[] = []
    const rest = (async (): Promise<void> => {
      for await (const blob of store.list()) listed.push(blob)
    })()
    expect(await rejectionOf(rest))
      .to.be.instanceOf(StoreUnavailable)
      .with.property('operation', 'S3 ListObjectsV2')
    expect(listed).to.have.length(1)
  })

  it('deletes by one request', async () => {
    answers = [{ status: 204 }]
    await store.delete(KEYS[0])
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).to.deep.equal([
      `DELETE /bucket/${KEYS[0]}?x-id=DeleteObject`,
    ])
  })

  for (const [operation, call] of [
    ['S3 DeleteObject', (hasty: S3BlobStore) => hasty.delete(KEYS[0])],
    ['S3 ListObjectsV2', (hasty: S3BlobStore) => collect(hasty.list())],
  ] as const) {
    it(`is unavailable for a call whose answer begins and stops: ${operation}`, async () => {
      answers = [{ ...INTERNAL_ERROR, half: 'stall' }]
      const hasty = s3StoreOver(server.endpoint, { callTimeout: 100 })
      const error = await rejectionOf(call(hasty))
      expect(error).to.be.instanceOf(StoreUnavailable).with.property('operation', operation)
      hasty.close()
    })
  }

  it('is unavailable for a list that stops in the midst of a page', async () => {
    answers = [listing([KEYS[0]], 'more'), { ...listing([KEYS[1]]), half: 'stall' }]
    const hasty = s3StoreOver(server.endpoint, { callTimeout: 100 })
    expect(await rejectionOf(collect(hasty.list()))).to.be.instanceOf(StoreUnavailable)
    hasty.close()
  })

  for (const [what, answer] of [
    ['an internal error', INTERNAL_ERROR],
    ['denied access', s3Error(403, 'AccessDenied')],
    ['a connection that ends', 'drop'],
  ] as const) {
    it(`is unavailable for a deletion that meets ${what}`, async () => {
      answers = [answer]
      const error = await rejectionOf(store.delete(KEYS[0]))
      expect(error).to.be.instanceOf(StoreUnavailable).with.property('operation', 'S3 DeleteObject')
    })
  }

  it('is ready when its bucket answers', async () => {
    answers = [{ status: 200 }]
    await store.checkReadiness()
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).to.deep.equal(['HEAD /bucket/'])
  })

  for (const [fault, answer] of UNREADY) {
    it(`is not ready: ${fault} (${typeof answer === 'string' ? answer : answer.status})`, async () => {
      answers = [answer]
      const error = await rejectionOf(store.checkReadiness())
      expect(error).to.be.instanceOf(StoreUnavailable).with.property('operation', 'S3 HeadBucket')
      expect(error).to.have.nested.property('cause.message').that.includes(fault)
    })
  }
})

const STORED = new Date('2025-06-15T15:06:40.999Z')

function listing(keys: readonly string[], continuation?: string, stored = STORED): S3Response {
  const contents = keys.map(
    (key) => `<Contents><Key>${key}</Key><LastModified>${stored.toISOString()}</LastModified></Contents>`,
  )
  const more =
    continuation === undefined
      ? '<IsTruncated>false</IsTruncated>'
      : `<IsTruncated>true</IsTruncated><NextContinuationToken>${continuation}</NextContinuationToken>`
  return { status: 200, body: `<ListBucketResult>${contents.join('')}${more}</ListBucketResult>` }
}
