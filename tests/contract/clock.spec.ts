import { expect } from 'chai'
import { SystemClock } from '../../adapters/system/system-clock.ts'
import { unixSeconds } from '../../application/ports/clock.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { describeClock } from './clock.contract.ts'

describeClock('system', () => new SystemClock())
describeClock('manual', () => new ManualClock())

describe('SystemClock', () => {
  it("agrees with the machine's clock", () => {
    const before = Date.now()
    const now = new SystemClock().now()
    expect(now).to.be.within(before, Date.now())
  })

  it('wakes sleepers in the order in which their time comes', async () => {
    const clock = new SystemClock()
    const woken: number[] = []
    await Promise.all([30, 10, 20].map(async (time) => clock.sleep(time).then(() => woken.push(time))))
    expect(woken).to.deep.equal([10, 20, 30])
  })
})

describe('ManualClock', () => {
  it('stands still by itself', () => {
    const clock = new ManualClock(1_700_000_000_000)
    expect([clock.now(), clock.now()]).to.deep.equal([1_700_000_000_000, 1_700_000_000_000])
  })

  it('goes on by what it is told', () => {
    const clock = new ManualClock(1_000)
    clock.advance(250)
    expect(clock.now()).to.equal(1_250)
  })

  it('lets time pass for whoever sleeps', async () => {
    const clock = new ManualClock(1_000)
    await clock.sleep(60_000)
    expect(clock.now()).to.equal(61_000)
  })

  it('gives the second that has begun', () => {
    expect(unixSeconds(new ManualClock(1_999))).to.equal(1)
  })
})
