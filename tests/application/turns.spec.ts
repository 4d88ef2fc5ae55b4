import { expect } from 'chai'
import { Turns } from '../../application/turns.ts'
import { rejectionOf } from '../support/rejection.ts'

describe('Turns', () => {
  let turns: Turns
  let happened: string[]

  beforeEach(() => {
    turns = new Turns()
    happened = []
  })

  function take(name: string, work: string, until: Promise<unknown> = Promise.resolve()): Promise<string> {
    return turns.take(name, async () => {
      happened.push(`${work} begins`)
      await until
      happened.push(`${work} ends`)
      return work
    })
  }

  it('does what has one name one after the other', async () => {
    const results = await Promise.all([take('a', 'first'), take('a', 'second'), take('a', 'third')])
    expect(results).to.deep.equal(['first', 'second', 'third'])
    const order = ['first begins', 'first ends', 'second begins', 'second ends', 'third begins', 'third ends']
    expect(happened).to.deep.equal(order)
  })

  it('does what has different names side by side', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>()
    const waiting = take('a', 'waiting', promise)
    await take('b', 'other')
    expect(happened).to.deep.equal(['waiting begins', 'other begins', 'other ends'])
    resolve(undefined)
    await waiting
  })

  it('tells of a failure, and goes on after it', async () => {
    const failure = new Error('a test')
    const failing = rejectionOf(take('a', 'failing', Promise.reject(failure)))
    const next = take('a', 'next')
    expect(await failing).to.equal(failure)
    expect(await next).to.equal('next')
  })
})
