import { expect } from 'chai'
import { KeyedMutex } from '../../application/keyed-mutex.ts'
import { rejectionOf } from '../support/rejection.ts'

describe('KeyedMutex', () => {
  let mutex: KeyedMutex
  let happened: string[]

  beforeEach(() => {
    mutex = new KeyedMutex()
    happened = []
  })

  function run(key: string, work: string, until: Promise<unknown> = Promise.resolve()): Promise<string> {
    return mutex.runExclusive(key, async () => {
      happened.push(`${work} begins`)
      await until
      happened.push(`${work} ends`)
      return work
    })
  }

  it('does what has one key one after the other', async () => {
    const results = await Promise.all([run('a', 'first'), run('a', 'second'), run('a', 'third')])
    expect(results).to.deep.equal(['first', 'second', 'third'])
    const order = ['first begins', 'first ends', 'second begins', 'second ends', 'third begins', 'third ends']
    expect(happened).to.deep.equal(order)
  })

  it('does what has different keys side by side', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>()
    const waiting = run('a', 'waiting', promise)
    await run('b', 'other')
    expect(happened).to.deep.equal(['waiting begins', 'other begins', 'other ends'])
    resolve(undefined)
    await waiting
  })

  it('tells of a failure, and goes on after it', async () => {
    const failure = new Error('a test')
    const failing = rejectionOf(run('a', 'failing', Promise.reject(failure)))
    const next = run('a', 'next')
    expect(await failing).to.equal(failure)
    expect(await next).to.equal('next')
  })
})
