import { expect } from 'chai'
import { TooManyRequests, type BackupRateLimit, type BackupVisitor } from '../../application/ports/backup-rate-limit.ts'
import { factorId } from '../../domain/factor.ts'
import type { ManualClock } from '../support/manual-clock.ts'
import { rejectionOf } from '../support/rejection.ts'
import { sampleBackupId } from '../support/sample-backups.ts'

/** Requests that a limit under test admits by the minute. */
export const PER_MINUTE = 3
const OWNER = { factorId: factorId('00000000-0000-4000-8000-000000000001') }

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
      for (let count = 0; count < PER_MINUTE; count += 1) await opened.limit.admit(id, OWNER)
    })

    it('admits as many as it should, and refuses the next, saying when to come again', async () => {
      const refusal = await rejectionOf(opened.limit.admit(id, OWNER))
      expect(refusal).to.be.instanceOf(TooManyRequests).with.property('code', 'too_many_requests')
      expect((refusal as TooManyRequests).retryAfter).to.be.within(1, 60)
    })

    it('admits those who waited as long as they were told', async () => {
      const refusal = await rejectionOf(opened.limit.admit(id, OWNER))
      opened.clock.advance((refusal as TooManyRequests).retryAfter! * 1000)
      for (let count = 0; count < PER_MINUTE; count += 1) await opened.limit.admit(id, OWNER)
      expect(await rejectionOf(opened.limit.admit(id, OWNER))).to.be.instanceOf(TooManyRequests)
    })

    it('admits what concerns another backup', async () => {
      await opened.limit.admit(sampleBackupId(), OWNER)
    })

    const others: readonly (readonly [string, BackupVisitor])[] = [
      ['another factor', { factorId: factorId('00000000-0000-4000-8000-000000000002') }],
      ['a token', { tokenId: '00000000-0000-4000-8000-000000000001' }],
      ['the account', 'account'],
      ['a creator', 'creator'],
      ['a stranger', 'stranger'],
    ]
    for (const [name, visitor] of others) {
      it(`has another allowance for ${name}, who cannot use up that of a factor`, async () => {
        const { clock, limit } = opened
        clock.advance(60_000)
        for (let count = 0; count < PER_MINUTE; count += 1) await limit.admit(id, visitor)
        expect(await rejectionOf(limit.admit(id, visitor))).to.be.instanceOf(TooManyRequests)
        await limit.admit(id, OWNER)
      })
    }
  })
}
