import { expect } from 'chai'
import { randomBytes } from 'node:crypto'
import type { BlobStore } from '../../application/ports/blob-store.ts'
import { chunked, collect, readAll, readUntilFailure } from '../support/byte-streams.ts'
import { freshBlobKey, sampleBackupId, sampleBlob } from '../support/sample-backups.ts'
import { keysIn, openStored } from '../support/stored-blobs.ts'

/** Reading, deleting, listing. */
export function describeBlobReads(store: () => BlobStore): void {
  it('gives undefined for a blob of a backup that has none', async () => {
    expect(await store().open(sampleBlob(sampleBackupId()))).to.equal(undefined)
  })

  it('gives undefined for a missing blob beside another', async () => {
    const id = sampleBackupId()
    await store().put(freshBlobKey(id), chunked(Buffer.from('x')))
    expect(await store().open(sampleBlob(id))).to.equal(undefined)
  })

  it('gives the bytes to several readers at once', async () => {
    const bytes = randomBytes(500_000)
    const blob = await store().put(freshBlobKey(), chunked(bytes, 65_536))
    const opened = await Promise.all([1, 2, 3, 4].map(() => openStored(store(), blob)))
    for (const read of await Promise.all(opened.map(({ body }) => readAll(body)))) {
      expect(bytes.equals(read)).to.equal(true)
    }
  })

  it('keeps what is stored when a reader changes what it was given', async () => {
    const blob = await store().put(freshBlobKey(), chunked(Buffer.from('unchanged')))
    for await (const chunk of (await openStored(store(), blob)).body) chunk.fill(0)
    expect((await readAll((await openStored(store(), blob)).body)).toString()).to.equal('unchanged')
  })

  it('can be closed without being read, more than once', async () => {
    const blob = await store().put(freshBlobKey(), chunked(Buffer.from('x')))
    const opened = await openStored(store(), blob)
    await opened.close()
    await opened.close()
  })

  it('can be closed after it was read', async () => {
    const blob = await store().put(freshBlobKey(), chunked(Buffer.from('x')))
    const opened = await openStored(store(), blob)
    await readAll(opened.body)
    await opened.close()
  })

  it('can be left after the first chunk, and opened again', async () => {
    const bytes = randomBytes(1_000_000)
    const blob = await store().put(freshBlobKey(), chunked(bytes, 65_536))
    const opened = await openStored(store(), blob)
    for await (const chunk of opened.body) {
      expect(chunk.byteLength).to.be.lessThan(bytes.byteLength)
      break
    }
    await opened.close()
    expect(bytes.equals(await readAll((await openStored(store(), blob)).body))).to.equal(true)
  })

  it('gives all or fails, when the blob is deleted before it is read', async () => {
    const bytes = randomBytes(1_000_000)
    const blob = await store().put(freshBlobKey(), chunked(bytes, 65_536))
    const { body } = await openStored(store(), blob)
    await store().delete(blob.key)
    expectAllOrFailure(bytes, await readUntilFailure(body))
  })

  it('gives all or fails, when the blob is deleted while it is read', async () => {
    const bytes = randomBytes(3_000_000)
    const blob = await store().put(freshBlobKey(), chunked(bytes, 65_536))
    const { body } = await openStored(store(), blob)
    const [read] = await Promise.all([readUntilFailure(body), store().delete(blob.key)])
    expectAllOrFailure(bytes, read)
  })

  it('deletes a blob, and only that', async () => {
    const id = sampleBackupId()
    const [gone, kept] = [
      await store().put(freshBlobKey(id), chunked(Buffer.from('gone'))),
      await store().put(freshBlobKey(id), chunked(Buffer.from('kept'))),
    ]
    await store().delete(gone.key)
    expect(await store().open(gone)).to.equal(undefined)
    expect((await readAll((await openStored(store(), kept)).body)).toString()).to.equal('kept')
    expect(await keysIn(store()))
      .to.include(kept.key)
      .and.not.include(gone.key)
  })

  it('deletes again what is deleted, and what never was', async () => {
    const { key } = await store().put(freshBlobKey(), chunked(Buffer.from('x')))
    await store().delete(key)
    await store().delete(key)
    await store().delete(freshBlobKey())
    expect(await keysIn(store())).to.not.include(key)
  })

  it('lists every blob once, with the second at which it was stored', async () => {
    const ids = [sampleBackupId(), sampleBackupId(), sampleBackupId()]
    const keys = ids.flatMap((id) => Array.from({ length: 5 }, () => freshBlobKey(id)))
    await Promise.all(keys.map((key) => store().put(key, chunked(Buffer.from('x')))))
    const listed = (await collect(store().list())).filter(({ key }) => keys.includes(key))
    expect(listed.map(({ key }) => key).sort()).to.deep.equal([...keys].sort())
    for (const { storedAt } of listed) {
      // Any clock will do, but milliseconds will not.
      expect(Number.isInteger(storedAt)).to.equal(true)
      expect(new Date(storedAt * 1000).getUTCFullYear()).to.be.within(2020, 2999)
    }
  })

  it('does not list what is still being stored', async () => {
    const [key, seen] = [freshBlobKey(), [] as string[][]]
    await store().put(key, listingBetween(store(), seen))
    expect(seen).to.have.length(1)
    expect(seen[0]).to.not.include(key)
  })

  it('can be listed while others delete', async () => {
    const ids = Array.from({ length: 40 }, () => sampleBackupId())
    const keys = ids.flatMap((id) => [freshBlobKey(id), freshBlobKey(id)])
    await Promise.all(keys.map((key) => store().put(key, chunked(Buffer.from('x')))))
    const remaining = new Set(keys)
    for await (const { key } of store().list()) {
      if (remaining.delete(key)) await Promise.all([...remaining].map((other) => store().delete(other)))
    }
    expect(await keysIn(store())).to.include.oneOf(keys)
  })

  it('can be cleared while it is listed', async () => {
    const ids = Array.from({ length: 10 }, () => sampleBackupId())
    const keys = ids.flatMap((id) => [freshBlobKey(id), freshBlobKey(id)])
    for (const key of keys) await store().put(key, chunked(Buffer.from('x')))
    const deleted: string[] = []
    for await (const { key } of store().list()) {
      if (!keys.includes(key)) continue
      await store().delete(key)
      deleted.push(key)
    }
    expect(deleted.sort()).to.deep.equal([...keys].sort())
    expect(await keysIn(store())).to.not.include.members(keys)
  })
}

function expectAllOrFailure(bytes: Buffer, { received, error }: { received: Buffer; error: unknown }): void {
  if (error === undefined) expect(bytes.equals(received)).to.equal(true)
  else expect(received.byteLength).to.be.lessThan(bytes.byteLength)
}

/** Looks at what the store lists when one of two chunks is out. */
async function* listingBetween(store: BlobStore, seen: string[][]): AsyncGenerator<Uint8Array, void, undefined> {
  yield Buffer.from('first')
  seen.push(await keysIn(store))
  yield Buffer.from('second')
}
