import { expect } from 'chai'
import { createHash } from 'node:crypto'
import { verifiedBytes } from '../../../adapters/shared/verified-bytes.ts'
import { StoreUnavailable } from '../../../application/ports/store-unavailable.ts'
import { collect, failingAfter, readUntilFailure } from '../../support/byte-streams.ts'

const BYTES = Buffer.from('0123456789')
const EXPECTED = expectedOf(BYTES)

describe('verifiedBytes', () => {
  for (const [what, chunks] of [
    ['one chunk', ['0123456789']],
    ['several chunks', ['012', '3456', '789']],
    ['empty chunks between', ['', '012', '', '', '3456789', '']],
  ] as const) {
    it(`gives the bytes of ${what}`, async () => {
      const { received, error } = await readUntilFailure(verifiedBytes(source(chunks), EXPECTED, 'test'))
      expect(error).to.equal(undefined)
      expect(received.toString()).to.equal('0123456789')
    })
  }

  it('gives the chunks as they come', async () => {
    const chunks = await collect(verifiedBytes(source(['012', '3456', '789']), EXPECTED, 'test'))
    expect(chunks.map((chunk) => Buffer.from(chunk).toString())).to.deep.equal(['012', '3456', '789'])
  })

  it('gives nothing where nothing is expected', async () => {
    expect(await collect(verifiedBytes(source([]), expectedOf(Buffer.alloc(0)), 'test'))).to.deep.equal([])
  })

  for (const [what, chunks, received] of [
    ['a changed byte in the first chunk', ['x12', '345', '6789'], 'x12345'],
    ['a changed byte in the last chunk', ['012', '345', '678x'], '012345'],
    ['a changed byte before an empty chunk', ['012345678x', ''], ''],
    ['too few bytes', ['012', '345', '678'], '012345'],
    ['no bytes', [], ''],
    ['a byte too many', ['012', '345', '6789x'], '012'],
    ['a chunk too many', ['0123456789', 'x'], ''],
    ['all bytes twice', ['0123456789', '0123456789'], ''],
  ] as const) {
    it(`fails before the last chunk for ${what}`, async () => {
      const read = await readUntilFailure(verifiedBytes(source(chunks), EXPECTED, 'S3 GetObject'))
      expect(read.error).to.be.instanceOf(StoreUnavailable).with.property('operation', 'S3 GetObject')
      expect(read.received.toString()).to.equal(received)
    })
  }

  it('fails for a failing source, holding back what it has not verified', async () => {
    const cause = new Error('connection reset')
    const { received, error } = await readUntilFailure(verifiedBytes(failingAfter(BYTES, cause), EXPECTED, 'test'))
    expect(error).to.be.instanceOf(StoreUnavailable).with.property('cause', cause)
    expect(received).to.have.length(0)
  })

  it('passes on the failure of a source that has named it already', async () => {
    const unavailable = new StoreUnavailable('disk read')
    const { error } = await readUntilFailure(verifiedBytes(failingAfter(BYTES, unavailable), EXPECTED, 'test'))
    expect(error).to.equal(unavailable)
  })

  for (const [when, leave] of [
    ['is read to its end', (size: number): boolean => size < 0],
    ['is left early', (size: number): boolean => size > 0],
  ] as const) {
    it(`lets go of its source when it ${when}`, async () => {
      const released: string[] = []
      const body = verifiedBytes(source(['012', '3456', '789'], released), EXPECTED, 'test')
      for await (const { byteLength } of body) if (leave(byteLength)) break
      expect(released).to.deep.equal(['released'])
    })
  }

  it('lets go of its source when it fails', async () => {
    const released: string[] = []
    await readUntilFailure(verifiedBytes(source(['0123456789', 'x', 'y'], released), EXPECTED, 'test'))
    expect(released).to.deep.equal(['released'])
  })
})

function expectedOf(bytes: Uint8Array): { readonly size: number; readonly sha256: string } {
  return { size: bytes.byteLength, sha256: createHash('sha256').update(bytes).digest('hex') }
}

async function* source(
  chunks: readonly string[],
  released: string[] = [],
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for (const chunk of chunks) yield Buffer.from(chunk)
  } finally {
    released.push('released')
  }
}
