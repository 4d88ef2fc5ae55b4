import { expect } from 'chai'
import { TooManyRequests, type BackupRateLimit } from '../../application/ports/backup-rate-limit.ts'
import type { ManualClock } from '../support/manual-clock.ts'
import { rejectionOf } from '../support/rejection.ts'
import { sampleBackupId } from '../support/sample-backups.ts'

/** Requests that a limit under test admits by the minute. */
export const PER_MINUTE = 3

export interface OpenBackupRateLimit {
  readonly limit: BackupRateLimit
  readonly clock: ManualClock
}

/** @param open gives a limit of {@link PER_MINUTE}, for each test */
export function describeBackupRateLimit(adapter: string, open: () => OpenBackupRateLimit): void {
  describe(`BackupRateLimit contract: ${adapter}`, () => {
    let opened: OpenBackupRateLimit
    const id = sampleBackupId()

    beforeEach(async () => {
      opened = open()
      for (let count = 0; count < PER_MINUTE; count += 1) await opened.limit.admit(id, 'holder')
    })

    it('admits as many as it should, and refuses the next, saying when to come again', async () => {
      const refusal = await rejectionOf(opened.limit.admit(id, 'holder'))
      expect(refusal).to.be.instanceOf(TooManyRequests).with.property('code', 'too_many_requests')
      expect((refusal as TooManyRequests).retryAfter).to.be.within(1, 60)
    })

    it('admits those who waited as long as they were told', async () => {
      const refusal = await rejectionOf(opened.limit.admit(id, 'holder'))
      opened.clock.advance((refusal as TooManyRequests).retryAfter! * 1000)
      for (let count = 0; count < PER_MINUTE; count += 1) await opened.limit.admit(id, 'holder')
      expect(await rejectionOf(opened.limit.admit(id, 'holder'))).to.be.instanceOf(TooManyRequests)
    })

    it('admits what concerns another backup', async () => {
      await opened.limit.admit(sampleBackupId(), 'holder')
    })

    for (const visitor of ['creator', 'stranger'] as const) {
      it(`has another allowance for a ${visitor}, who cannot use up that of a holder`, async () => {
        const { clock, limit } = opened
        clock.advance(60_000)
        for (let count = 0; count < PER_MINUTE; count += 1) await limit.admit(id, visitor)
        expect(await rejectionOf(limit.admit(id, visitor))).to.be.instanceOf(TooManyRequests)
        await limit.admit(id, 'holder')
      })
    }
  })
}
