import { expect } from 'chai'
import { randomBytes } from 'node:crypto'
import { FilesystemBlobStore } from '../../../adapters/filesystem/filesystem-blob-store.ts'
import { StoreUnavailable } from '../../../application/ports/store-unavailable.ts'
import { chunked, failingAfter, readAll, readUntilFailure } from '../../support/byte-streams.ts'
import { CAN_LIST_OPEN_FILES, openFilesIn } from '../../support/open-files.ts'
import { rejectionOf } from '../../support/rejection.ts'
import { freshBlobKey } from '../../support/sample-backups.ts'
import { openStored } from '../../support/stored-blobs.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.ts'

describe("FilesystemBlobStore's open files", () => {
  let folder: TemporaryFolder
  let root: string
  let store: FilesystemBlobStore

  beforeEach(async () => {
    folder = await makeTemporaryFolder()
    root = folder.path
    store = await FilesystemBlobStore.open(root)
  })
  afterEach(() => folder.remove())

  before(function () {
    if (!CAN_LIST_OPEN_FILES) this.skip()
  })

  it('are closed after a blob was stored, refused, or failed', async () => {
    const { key } = await store.put(freshBlobKey(), chunked(randomBytes(1000)))
    await rejectionOf(store.put(key, chunked(randomBytes(1000))))
    await rejectionOf(store.put(freshBlobKey(), failingAfter(randomBytes(1000), new Error('gone'))))
    expect(await openFilesIn(root)).to.deep.equal([])
  })

  it('are closed after a blob was read', async () => {
    const opened = await openStored(store, await store.put(freshBlobKey(), chunked(randomBytes(300_000))))
    expect(await openFilesIn(root)).to.have.length(1)
    await readAll(opened.body)
    expect(await openFilesIn(root)).to.deep.equal([])
  })

  it('are closed after a reader left early', async () => {
    const opened = await openStored(store, await store.put(freshBlobKey(), chunked(randomBytes(300_000))))
    for await (const chunk of opened.body) if (chunk.byteLength > 0) break
    expect(await openFilesIn(root)).to.deep.equal([])
  })

  it('are closed after a blob was found damaged', async () => {
    const blob = await store.put(freshBlobKey(), chunked(randomBytes(300_000)))
    const opened = await openStored(store, { ...blob, size: 1000 })
    expect((await readUntilFailure(opened.body)).error).to.be.instanceOf(StoreUnavailable)
    expect(await openFilesIn(root)).to.deep.equal([])
  })

  it('are closed by close alone, and reading fails then', async () => {
    const opened = await openStored(store, await store.put(freshBlobKey(), chunked(randomBytes(300_000))))
    await opened.close()
    expect(await openFilesIn(root)).to.deep.equal([])
    expect((await readUntilFailure(opened.body)).error).to.be.instanceOf(StoreUnavailable)
  })

  it('are closed after listing was left early', async () => {
    await store.put(freshBlobKey(), chunked(randomBytes(10)))
    await store.put(freshBlobKey(), chunked(randomBytes(10)))
    for await (const { key } of store.list()) if (key !== '') break
    expect(await openFilesIn(root)).to.deep.equal([])
  })
})
