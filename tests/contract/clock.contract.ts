import { expect } from 'chai'
import { unixSeconds, type Clock } from '../../application/ports/clock.ts'

export function describeClock(adapter: string, open: () => Clock): void {
  describe(`Clock contract: ${adapter}`, () => {
    it('tells the time in milliseconds since the epoch', () => {
      expect(new Date(open().now()).getUTCFullYear()).to.be.within(2025, 2999)
    })

    it('gives whole seconds, rounded down', () => {
      const clock = open()
      const before = clock.now()
      expect(unixSeconds(clock)).to.be.within(Math.floor(before / 1000), Math.floor(clock.now() / 1000))
    })

    for (const milliseconds of [0, 1, 1.5]) {
      it(`wakes up after sleeping ${milliseconds} ms, no earlier than it fell asleep`, async () => {
        const clock = open()
        const before = clock.now()
        await clock.sleep(milliseconds)
        expect(clock.now()).to.be.at.least(before)
      })
    }
  })
}
