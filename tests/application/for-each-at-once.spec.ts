import { expect } from 'chai'
import { forEachAtOnce } from '../../application/for-each-at-once.ts'
import { rejectionOf } from '../support/rejection.ts'

async function* numbers(count: number): AsyncGenerator<number> {
  for (let number = 0; number < count; number += 1) yield number
}

describe('forEachAtOnce', () => {
  it('visits every item once', async () => {
    const visited: number[] = []
    await forEachAtOnce(numbers(10), 3, async (number) => {
      visited.push(number)
    })
    expect(visited).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  it('visits as many at once as it may, and takes no more', async () => {
    const open = Promise.withResolvers<unknown>()
    let taken = 0
    async function* counted(): AsyncGenerator<number> {
      for await (const number of numbers(10)) {
        taken += 1
        yield number
      }
    }
    let most = 0
    let now = 0
    const visiting = forEachAtOnce(counted(), 3, async () => {
      now += 1
      most = Math.max(most, now)
      if (now === 3) open.resolve(undefined)
      await open.promise
      now -= 1
    })
    await open.promise
    expect(taken).to.equal(3)
    await visiting
    expect([taken, most]).to.deep.equal([10, 3])
  })

  it('fails with the first visit that does, once the others are over', async () => {
    const failure = new Error('a test')
    let over = 0
    const visiting = forEachAtOnce(numbers(4), 2, async (number) => {
      if (number === 1) throw failure
      await Promise.resolve()
      over += 1
    })
    expect(await rejectionOf(visiting)).to.equal(failure)
    expect(over).to.be.at.least(1)
  })

  it('fails when its items do, once the visits are over', async () => {
    const failure = new Error('a test')
    async function* failing(): AsyncGenerator<number> {
      yield 0
      throw failure
    }
    let over = false
    const visiting = forEachAtOnce(failing(), 2, async () => {
      await new Promise(setImmediate)
      over = true
    })
    expect(await rejectionOf(visiting)).to.equal(failure)
    expect(over).to.equal(true)
  })
})
