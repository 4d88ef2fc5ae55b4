import { expect } from 'chai'
import { VirtualTime } from './support/engine/virtual-time.ts'
import { Xoshiro128 } from './support/engine/xoshiro128.ts'

describe('VirtualTime', () => {
  it('fires events in the order of their times, and of their scheduling where those are the same', async () => {
    const time = new VirtualTime()
    const random = Xoshiro128.of(1)
    const delays = Array.from({ length: 500 }, (_, index) => ({ delay: random.below(50), index }))
    const fired: typeof delays = []
    for (const event of delays) time.after(event.delay, () => fired.push(event))
    while (await time.step());
    expect(fired).to.deep.equal(delays.toSorted((left, right) => left.delay - right.delay || left.index - right.index))
  })

  it('passes from event to event, however far apart they are', async () => {
    const time = new VirtualTime()
    time.after(86_400_000, () => time.after(5, () => {}))
    await time.step()
    expect(time.elapsed()).to.equal(86_400_000)
    await time.step()
    expect(time.elapsed()).to.equal(86_400_005)
    expect(await time.step()).to.equal(false)
  })

  it('lets everything go on that an event has set off before it fires the next one', async () => {
    const time = new VirtualTime()
    const happened: string[] = []
    const chain = async (): Promise<void> => {
      for (let link = 0; link < 100; link += 1) await Promise.resolve()
      happened.push('chain')
    }
    time.after(1, () => void chain())
    time.after(1, () => happened.push('next event'))
    await time.step()
    await time.step()
    expect(happened).to.deep.equal(['chain', 'next event'])
  })
})
