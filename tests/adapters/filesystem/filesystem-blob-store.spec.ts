import { expect } from 'chai'
import { randomBytes } from 'node:crypto'
import { mkdir, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FilesystemBlobStore } from '../../../adapters/filesystem/filesystem-blob-store.ts'
import { StoreUnavailable } from '../../../application/ports/store-unavailable.ts'
import { chunked, failingAfter, readAll } from '../../support/byte-streams.ts'
import { rejectionOf } from '../../support/rejection.ts'
import { freshBlobKey, sampleBackupId } from '../../support/sample-backups.ts'
import { keysIn, openStored } from '../../support/stored-blobs.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.ts'

describe('FilesystemBlobStore', () => {
  let folder: TemporaryFolder
  let root: string
  let store: FilesystemBlobStore

  beforeEach(async () => {
    folder = await makeTemporaryFolder()
    root = join(folder.path, 'data', 'blobs')
    store = await FilesystemBlobStore.open(root)
  })
  afterEach(() => folder.remove())

  const incoming = (): Promise<string[]> => readdir(join(root, '.incoming'))

  it('has everything when it is opened again', async () => {
    const blob = await store.put(freshBlobKey(), chunked(Buffer.from('kept')))
    const again = await FilesystemBlobStore.open(root)
    expect((await readAll((await openStored(again, blob)).body)).toString()).to.equal('kept')
  })

  it('says which folder it cannot use', async () => {
    const file = join(folder.path, 'file')
    await writeFile(file, '')
    expect(await rejectionOf(FilesystemBlobStore.open(file)))
      .to.have.property('message')
      .that.includes(file)
  })

  it('keeps others than the owner out', async () => {
    const id = sampleBackupId()
    const { key } = await store.put(freshBlobKey(id), chunked(Buffer.from('x')))
    for (const path of [root, join(root, '.incoming'), join(root, id), join(root, key)]) {
      expect((await stat(path)).mode & 0o077, path).to.equal(0)
    }
  })

  describe('temporary files', () => {
    it('are gone once a blob is stored, refused, or failed', async () => {
      const { key } = await store.put(freshBlobKey(), chunked(randomBytes(1000)))
      await rejectionOf(store.put(key, chunked(randomBytes(1000))))
      await rejectionOf(store.put(freshBlobKey(), failingAfter(randomBytes(1000), new Error('gone'))))
      expect(await incoming()).to.deep.equal([])
    })

    it('are gone once readiness was checked', async () => {
      await store.checkReadiness()
      expect(await incoming()).to.deep.equal([])
    })

    describe('of a process that died, beside those of one that lives,', () => {
      beforeEach(async () => {
        const [abandoned, live] = [join(root, '.incoming', 'abandoned'), join(root, '.incoming', 'live')]
        await writeFile(abandoned, 'x')
        await writeFile(live, 'x')
        const twoHoursAgo = Date.now() / 1000 - 2 * 60 * 60
        await utimes(abandoned, twoHoursAgo, twoHoursAgo)
      })

      it('are removed at the next start', async () => {
        await FilesystemBlobStore.open(root)
        expect(await incoming()).to.deep.equal(['live'])
      })

      it('are removed when that is asked for', async () => {
        await store.removeAbandonedUploads()
        expect(await incoming()).to.deep.equal(['live'])
      })

      it('stay while blobs are listed', async () => {
        await keysIn(store)
        expect(await incoming()).to.have.members(['abandoned', 'live'])
      })
    })

    it('can be opened anew while blobs are stored', async () => {
      const puts = Array.from({ length: 10 }, () => store.put(freshBlobKey(), chunked(randomBytes(100_000), 1000)))
      await Promise.all([FilesystemBlobStore.open(root), FilesystemBlobStore.open(root)])
      expect(await Promise.all(puts)).to.have.length(10)
    })
  })

  it('removes the folder of a backup with its last blob', async () => {
    const id = sampleBackupId()
    const [one, two] = [
      await store.put(freshBlobKey(id), chunked(Buffer.from('1'))),
      await store.put(freshBlobKey(id), chunked(Buffer.from('2'))),
    ]
    await store.delete(one.key)
    expect(await readdir(root)).to.include(id)
    await store.delete(two.key)
    expect(await readdir(root)).to.not.include(id)
  })

  it('stores a blob while the folder of its backup comes and goes', async () => {
    const id = sampleBackupId()
    const storeAndDelete = async (): Promise<void> => {
      for (let round = 0; round < 25; round += 1) {
        const { key } = await store.put(freshBlobKey(id), chunked(Buffer.from('x')))
        await store.delete(key)
      }
    }
    const kept = Array.from({ length: 50 }, () => store.put(freshBlobKey(sampleBackupId()), chunked(Buffer.from('x'))))
    await Promise.all([storeAndDelete(), storeAndDelete(), storeAndDelete(), storeAndDelete(), ...kept])
    expect(await keysIn(store)).to.have.length(50)
  })

  it('lists nothing that is no blob', async () => {
    const id = sampleBackupId()
    const { key } = await store.put(freshBlobKey(id), chunked(Buffer.from('x')))
    await writeFile(join(root, 'notes.txt'), '')
    await writeFile(join(root, 'notes'), '')
    await writeFile(join(root, id, '.hidden'), '')
    await mkdir(join(root, 'lost+found'))
    await writeFile(join(root, 'lost+found', 'file'), '')
    await mkdir(join(root, 'notes-of-others'))
    await writeFile(join(root, 'notes-of-others', 'file'), '')
    await writeFile(join(root, '.incoming', 'upload'), '')
    expect(await keysIn(store)).to.deep.equal([key])
  })

  it('reads in chunks that base64 can be made of one by one', async () => {
    const blob = await store.put(freshBlobKey(), chunked(randomBytes(1_000_000), 65_536))
    const sizes: number[] = []
    for await (const chunk of (await openStored(store, blob)).body) sizes.push(chunk.byteLength)
    expect(sizes.length).to.be.greaterThan(2)
    expect(sizes.slice(0, -1).filter((size) => size % 3 !== 0)).to.deep.equal([])
  })

  describe('without its folder', () => {
    beforeEach(() => rm(root, { recursive: true }))

    it('is not ready', async () => {
      expect(await rejectionOf(store.checkReadiness())).to.be.instanceOf(StoreUnavailable)
    })

    it('is unavailable for put, and does not read the body', async () => {
      const error = await rejectionOf(store.put(freshBlobKey(), failingAfter(Buffer.from('x'), new Error('was read'))))
      expect(error).to.be.instanceOf(StoreUnavailable).with.property('operation', 'filesystem put')
    })

    it('is unavailable for the removal of what uploads left behind', async () => {
      expect(await rejectionOf(store.removeAbandonedUploads())).to.be.instanceOf(StoreUnavailable)
    })

    it('is unavailable for list', async () => {
      expect(await rejectionOf(keysIn(store))).to.be.instanceOf(StoreUnavailable)
    })
  })

  it('is unavailable, and lets go of the body, when writing fails', async () => {
    let released = false
    const body = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
      try {
        yield Buffer.from('x')
        yield unwritable()
      } finally {
        released = true
      }
    }
    expect(await rejectionOf(store.put(freshBlobKey(), body()))).to.be.instanceOf(StoreUnavailable)
    expect(released).to.equal(true)
    expect(await incoming()).to.deep.equal([])
  })

  it('is unavailable when the file that was written is gone before it has its name', async () => {
    const body = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
      yield Buffer.from('x')
      for (const name of await incoming()) await rm(join(root, '.incoming', name))
    }
    const key = freshBlobKey()
    expect(await rejectionOf(store.put(key, body()))).to.be.instanceOf(StoreUnavailable)
    expect(await keysIn(store)).to.deep.equal([])
  })
})

/** Makes the call fail that a full disk, which is hard to come by, would make fail. */
function unwritable(): Uint8Array {
  const get = (): never => {
    throw new Error('no space left')
  }
  return Object.defineProperty(Buffer.from('x'), 'byteLength', { get })
}
