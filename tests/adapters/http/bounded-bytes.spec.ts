import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { BoundedBytes } from '../../../adapters/http/body/bounded-bytes.ts'

const MAX = 100_000

/** The memory behind the bytes: that is what a piece kept as it is would add to. */
function held({ bytes }: BoundedBytes): number {
  return bytes.buffer.byteLength
}

describe('BoundedBytes', () => {
  for (const size of [1, 7, 4096, 4097, MAX]) {
    it(`puts pieces of ${size} bytes together, in no more memory than there may be`, () => {
      const source = randomBytes(MAX)
      const body = new BoundedBytes(MAX)
      for (let start = 0; start < MAX; start += size)
        expect(body.add(source.subarray(start, start + size))).to.equal(true)
      expect(body.bytes.equals(source)).to.equal(true)
      expect(held(body)).to.equal(MAX)
    })
  }

  it('keeps no piece, so that nothing it is part of stays in memory', () => {
    const piece = Buffer.from('abc')
    const body = new BoundedBytes(MAX)
    body.add(piece)
    piece.fill(0)
    expect(body.bytes.toString()).to.equal('abc')
    expect(held(body)).to.equal(4096)
  })

  it('takes nothing beyond its bound, and what fits after that', () => {
    const body = new BoundedBytes(3)
    expect(body.add(Buffer.from('ab'))).to.equal(true)
    expect(body.add(Buffer.from('cd'))).to.equal(false)
    expect(body.add(Buffer.from('c'))).to.equal(true)
    expect(body.bytes.toString()).to.equal('abc')
  })

  it('is empty at first', () => {
    expect(new BoundedBytes(3).bytes).to.have.lengthOf(0)
  })
})
