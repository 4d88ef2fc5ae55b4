import { expect } from 'chai'
import { createHash, randomBytes } from 'node:crypto'
import { readdir, rm } from 'node:fs/promises'
import { Spool } from '../../../adapters/shared/spool.ts'
import { StoreUnavailable } from '../../../application/ports/store-unavailable.ts'
import { chunked, failingAfter, readAll } from '../../support/byte-streams.ts'
import { CAN_LIST_OPEN_FILES, openFilesIn } from '../../support/open-files.ts'
import { rejectionOf } from '../../support/rejection.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.ts'

const BYTES = randomBytes(300_000)

describe('Spool', () => {
  let folder: TemporaryFolder
  let spool: Spool

  beforeEach(async () => {
    folder = await makeTemporaryFolder()
    spool = await Spool.open(folder.path)
  })
  afterEach(async () => {
    await spool.close()
    await folder.remove()
  })

  for (const [what, bytes] of [
    ['nothing', Buffer.alloc(0)],
    ['a byte', Buffer.from('x')],
    ['many bytes', BYTES],
  ] as const) {
    it(`tells size and SHA-256 of ${what}, and gives it back as often as it is asked for`, async () => {
      const filled = await spool.fill(chunked(bytes, 1, 70_000))
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      expect(filled).to.deep.equal({ size: bytes.length, sha256 })
      for (let round = 0; round < 3; round += 1) expect(bytes.equals(await readAll(spool.read()))).to.equal(true)
    })
  }

  it('gives all to the next reader when one left half-way', async () => {
    await spool.fill(chunked(BYTES, 70_000))
    for await (const chunk of spool.read()) if (chunk.byteLength > 0) break
    expect(BYTES.equals(await readAll(spool.read()))).to.equal(true)
  })

  it('has no name, so nothing is left of it whatever happens', async () => {
    expect(await readdir(folder.path)).to.deep.equal([])
  })

  it('is gone from the disk once it is closed', async function () {
    if (!CAN_LIST_OPEN_FILES) this.skip()
    const other = await Spool.open(folder.path)
    expect(await openFilesIn(folder.path)).to.have.length(2)
    await other.close()
    expect(await openFilesIn(folder.path)).to.have.length(1)
  })

  it('passes on what the body throws', async () => {
    const error = new Error('the client went away')
    expect(await rejectionOf(spool.fill(failingAfter(BYTES, error)))).to.equal(error)
  })

  it('is unavailable, and lets go of the body, when it cannot be written', async () => {
    const other = await Spool.open(folder.path)
    await other.close()
    let released = false
    const body = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
      try {
        yield BYTES
      } finally {
        released = true
      }
    }
    expect(await rejectionOf(other.fill(body()))).to.be.instanceOf(StoreUnavailable)
    expect(released).to.equal(true)
  })

  it('is unavailable when its folder is missing', async () => {
    await rm(folder.path, { recursive: true })
    expect(await rejectionOf(Spool.open(folder.path))).to.be.instanceOf(StoreUnavailable)
  })
})
