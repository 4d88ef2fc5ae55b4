import { expect } from 'chai'
import { createHash, randomBytes } from 'node:crypto'
import type { BlobStore } from '../../application/ports/blob-store.ts'
import { StoreUnavailable } from '../../application/ports/store-unavailable.ts'
import { chunked, failingAfter, readAll } from '../support/byte-streams.ts'
import { rejectionOf } from '../support/rejection.ts'
import { freshBlobKey, sampleBackupId } from '../support/sample-backups.ts'
import { keysIn, openStored } from '../support/stored-blobs.ts'

const MIB = 1024 * 1024

const BODIES: readonly (readonly [what: string, size: number, chunkSizes: readonly number[]])[] = [
  ['no bytes', 0, [1]],
  ['1 byte', 1, [1]],
  ['3 bytes', 3, [3]],
  ['3 bytes one by one', 3, [1]],
  ['a chunk, then an empty one, then the rest', 1000, [500, 0, 500]],
  ['an empty chunk first', 1000, [0, 1000]],
  ['chunks of growing odd sizes', 50_000, [1, 2, 7, 31, 127, 8191, 16_411]],
  ['just below 96 KiB', 96 * 1024 - 1, [65_536]],
  ['exactly 96 KiB', 96 * 1024, [65_536]],
  ['just above 96 KiB', 96 * 1024 + 1, [65_536]],
  ['15 MiB in chunks of 64 KiB', 15 * MIB, [65_536]],
  ['15 MiB in one chunk', 15 * MIB, [15 * MIB]],
]

/** What is acknowledged is there, wholly; what failed is not. */
export function describeBlobWrites(store: () => BlobStore): void {
  for (const [what, size, chunkSizes] of BODIES) {
    it(`stores ${what}`, async () => {
      const [key, bytes] = [freshBlobKey(), randomBytes(size)]
      const blob = await store().put(key, chunked(bytes, ...chunkSizes))
      expect(blob).to.deep.equal({ key, size, sha256: createHash('sha256').update(bytes).digest('hex') })
      const { body } = await openStored(store(), blob)
      expect(bytes.equals(await readAll(body))).to.equal(true)
    })
  }

  it('stores what a source gives that uses one buffer again and again', async () => {
    const blob = await store().put(freshBlobKey(), reusingItsBuffer())
    const { body } = await openStored(store(), blob)
    expect((await readAll(body)).toString()).to.equal('aaaabbbbcccc')
  })

  it('keeps nothing of a body that fails half-way, and passes its error on', async () => {
    const [key, error] = [freshBlobKey(), new Error('the client went away')]
    expect(await rejectionOf(store().put(key, failingAfter(randomBytes(200_000), error)))).to.equal(error)
    expect(await keysIn(store())).to.not.include(key)
    expect(await store().open({ key, size: 200_000, sha256: '0'.repeat(64) })).to.equal(undefined)
  })

  it('keeps nothing of a body that fails at once', async () => {
    const [key, error] = [freshBlobKey(), new Error('the client went away')]
    expect(await rejectionOf(store().put(key, failingAfter(Buffer.alloc(0), error)))).to.equal(error)
    expect(await keysIn(store())).to.not.include(key)
  })

  it('takes the key of a body that failed for another', async () => {
    const key = freshBlobKey()
    await rejectionOf(store().put(key, failingAfter(randomBytes(10), new Error('the client went away'))))
    const { size } = await store().put(key, chunked(Buffer.from('second')))
    expect(size).to.equal(6)
  })

  it('leaves the other blobs of a backup alone when a body fails', async () => {
    const id = sampleBackupId()
    const kept = await store().put(freshBlobKey(id), chunked(Buffer.from('kept')))
    await rejectionOf(store().put(freshBlobKey(id), failingAfter(randomBytes(10), new Error('the client went away'))))
    expect((await readAll((await openStored(store(), kept)).body)).toString()).to.equal('kept')
  })

  it('refuses a key that exists and leaves its blob as it is', async () => {
    const blob = await store().put(freshBlobKey(), chunked(Buffer.from('first')))
    const error = await rejectionOf(store().put(blob.key, chunked(Buffer.from('second'))))
    expect(error).to.be.instanceOf(StoreUnavailable).with.property('code', 'unavailable')
    expect((await readAll((await openStored(store(), blob)).body)).toString()).to.equal('first')
  })

  it('lets one of several writers at once have a key, and keeps its bytes only', async () => {
    const [key, bodies] = [freshBlobKey(), [1, 2, 3, 4].map(() => randomBytes(300_000))]
    const results = await Promise.allSettled(bodies.map((bytes) => store().put(key, chunked(bytes, 4096))))
    const winners = results.flatMap((result, at) => (result.status === 'fulfilled' ? [{ blob: result.value, at }] : []))
    expect(winners).to.have.length(1)
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).to.be.instanceOf(StoreUnavailable)
    }
    const { blob, at } = winners[0]!
    expect(bodies[at]!.equals(await readAll((await openStored(store(), blob)).body))).to.equal(true)
  })

  it('stores many blobs of one backup at once', async () => {
    const id = sampleBackupId()
    const bodies = Array.from({ length: 20 }, () => randomBytes(10_000))
    const blobs = await Promise.all(bodies.map((bytes) => store().put(freshBlobKey(id), chunked(bytes, 999))))
    for (const [at, blob] of blobs.entries()) {
      expect(bodies[at]!.equals(await readAll((await openStored(store(), blob)).body))).to.equal(true)
    }
  })
}

async function* reusingItsBuffer(): AsyncGenerator<Uint8Array, void, undefined> {
  const buffer = Buffer.alloc(4)
  for (const letter of 'abc') yield buffer.fill(letter)
  buffer.fill('!')
}
