import { expect } from 'chai'
import { Xoshiro128 } from './support/engine/xoshiro128.ts'

describe('Xoshiro128', () => {
  it('draws what the reference implementation draws', () => {
    const random = new Xoshiro128([1, 2, 3, 4])
    expect([random.next(), random.next(), random.next(), random.next()]).to.deep.equal([11520, 0, 5927040, 70819200])
  })

  it('draws the same again from the same seed', () => {
    const [left, right] = [Xoshiro128.of(7, 1), Xoshiro128.of(7, 1)]
    expect(left.bytes(64)).to.deep.equal(right.bytes(64))
  })

  const others = [[8, 1], [7, 2], [7], [1, 7], [7, 1, 0]]
  for (const seed of others) {
    it(`draws something else from ${seed.join()} than from 7,1`, () => {
      expect(Xoshiro128.of(...seed).bytes(16)).not.to.deep.equal(Xoshiro128.of(7, 1).bytes(16))
    })
  }

  it('spreads its fractions over [0, 1)', () => {
    const random = Xoshiro128.of(1)
    const tenths = new Array<number>(10).fill(0)
    for (let draw = 0; draw < 10_000; draw += 1) tenths[Math.floor(random.fraction() * 10)]! += 1
    for (const count of tenths) expect(count).to.be.within(850, 1150)
  })

  it('draws as often as the weights say, and never what weighs nothing', () => {
    const random = Xoshiro128.of(1)
    const names = Array.from({ length: 1000 }, () =>
      random.weighted([
        ['never', 0],
        ['rarely', 1],
        ['mostly', 9],
      ]),
    )
    expect(names).not.to.include('never')
    expect(names.filter((name) => name === 'rarely').length).to.be.within(60, 140)
  })
})
