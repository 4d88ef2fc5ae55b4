import { expect } from 'chai'
import { Backoff } from '../../application/backoff.ts'
import { ManualClock } from '../support/manual-clock.ts'

describe('Backoff', () => {
  for (const [attempt, fraction, pause] of [
    [1, 1, 20],
    [2, 1, 40],
    [3, 1, 80],
    [5, 1, 320],
    [6, 1, 400],
    [60, 1, 400],
    [1, 0, 0],
    [3, 0.5, 40],
  ] as const) {
    it(`pauses ${pause} ms after attempt ${attempt} where chance says ${fraction}`, async () => {
      const clock = new ManualClock(0)
      await new Backoff(clock, { fraction: () => fraction }, { first: 20, longest: 400 }).pause(attempt)
      expect(clock.now()).to.equal(pause)
    })
  }
})
