import { expect } from 'chai'
import { ByteBudget, type Release } from '../../../adapters/http/overload/byte-budget.ts'

const CAPACITY = 100
const NEVER = new AbortController().signal

let known = 0

/** Another one each time. */
function someone(): string {
  known += 1
  return String(known)
}

describe('ByteBudget', () => {
  let budget: ByteBudget

  beforeEach(() => {
    budget = new ByteBudget({ capacity: CAPACITY, patience: 60_000, maxWaiting: 3 })
  })

  function take(bytes: number): Release {
    const release = budget.tryReserve({ bytes, holder: someone() })
    if (release === undefined) throw new Error(`${bytes} bytes should be there`)
    return release
  }

  /** Tells in which order the reservations come through, under their names. */
  function wait(order: string[], name: string, bytes: number, gone = NEVER): Promise<Release | undefined> {
    return budget.reserve({ bytes, holder: someone() }, gone).then((release) => {
      order.push(release === undefined ? `not ${name}` : name)
      return release
    })
  }

  it('gives all that it has, and not a byte more', () => {
    take(60)
    take(40)
    expect(budget.used).to.equal(CAPACITY)
    expect(budget.tryReserve({ bytes: 1, holder: someone() })).to.equal(undefined)
  })

  it('gives nothing to nobody for free, and always', () => {
    take(CAPACITY)
    take(0)()
    expect(budget.used).to.equal(CAPACITY)
  })

  it('takes back once, however often it is told', () => {
    const release = take(60)
    take(40)
    release()
    release()
    expect(budget.used).to.equal(40)
  })

  it('serves those who wait in the order in which they came, even where a later one would fit', async () => {
    const [first, second] = [take(60), take(40)]
    const order: string[] = []
    const waiting = [wait(order, 'large', 80), wait(order, 'small', 10)]
    second()
    expect(budget.waiting, 'a small one behind a large one').to.equal(2)
    expect(budget.tryReserve({ bytes: 10, holder: someone() }), 'a newcomer').to.equal(undefined)
    first()
    const releases = await Promise.all(waiting)
    expect(order).to.deep.equal(['large', 'small'])
    for (const release of releases) release?.()
    expect(budget.used).to.equal(0)
  })

  it('refuses at once what it can never have', async () => {
    expect(await budget.reserve({ bytes: CAPACITY + 1, holder: someone() }, NEVER)).to.equal(undefined)
  })

  it('refuses at once when enough are waiting', async () => {
    take(CAPACITY)
    const order: string[] = []
    for (const name of ['one', 'two', 'three']) void wait(order, name, 1)
    expect(await budget.reserve({ bytes: 1, holder: someone() }, NEVER)).to.equal(undefined)
    expect(budget.waiting).to.equal(3)
  })

  it('forgets who goes away, and serves who stood behind', async () => {
    take(60)
    const gone = new AbortController()
    const order: string[] = []
    const left = wait(order, 'large', 80, gone.signal)
    const behind = wait(order, 'small', 40)
    gone.abort()
    expect(await left).to.equal(undefined)
    expect(await behind).to.be.a('function')
    expect(budget.used).to.equal(CAPACITY)
  })

  it('gives nothing to who is gone already', async () => {
    take(CAPACITY)
    expect(await budget.reserve({ bytes: 1, holder: someone() }, AbortSignal.abort())).to.equal(undefined)
    expect(budget.waiting).to.equal(0)
  })

  it('lets nobody wait for ever, and serves who stood behind', async () => {
    const impatient = new ByteBudget({ capacity: CAPACITY, patience: 1, maxWaiting: 3 })
    const release = impatient.tryReserve({ bytes: 60, holder: someone() })
    expect(await impatient.reserve({ bytes: 80, holder: someone() }, NEVER)).to.equal(undefined)
    expect(impatient.waiting).to.equal(0)
    release?.()
    expect(impatient.used).to.equal(0)
  })

  describe('of one holder', () => {
    const MANY = { bytes: 20, holder: 'many' }

    it('gives half at most, so that others have the rest', () => {
      expect([1, 2, 3].map(() => budget.tryReserve(MANY) !== undefined)).to.deep.equal([true, true, false])
      take(60)
    })

    it('gives one that is larger than half', () => {
      expect(budget.tryReserve({ bytes: CAPACITY, holder: 'large' })).to.be.a('function')
    })

    it('gives again what came back', () => {
      const releases = [1, 2].map(() => budget.tryReserve(MANY))
      for (const release of releases) release?.()
      expect([1, 2, 3].map(() => budget.tryReserve(MANY) !== undefined)).to.deep.equal([true, true, false])
    })

    it('has who waits for a share stand in nobody’s way, and served when there is one', async () => {
      const first = budget.tryReserve(MANY)
      budget.tryReserve(MANY)
      const waiting = budget.reserve(MANY, NEVER)
      const other = take(60)
      const behind = budget.reserve({ bytes: 50, holder: 'other' }, NEVER)
      other()
      expect(await behind).to.be.a('function')
      expect(budget.waiting).to.equal(1)
      first?.()
      expect(await waiting).to.be.a('function')
    })

    it('lets half of all places to wait be taken, so that others find one', async () => {
      take(60)
      take(40)
      const gone = new AbortController()
      for (let count = 1; count <= 2; count += 1) void budget.reserve(MANY, gone.signal)
      expect(await budget.reserve(MANY, NEVER)).to.equal(undefined)
      void budget.reserve({ bytes: 1, holder: 'other' }, gone.signal)
      expect(budget.waiting).to.equal(3)
      gone.abort()
      expect(budget.waiting).to.equal(0)
    })
  })
})
