import { expect } from 'chai'
import { MemoryBackupRateLimit } from '../../adapters/memory/memory-backup-rate-limit.ts'
import { CountedBackupRateLimit } from '../../adapters/shared/counted-backup-rate-limit.ts'
import { NO_METRICS } from '../../adapters/shared/metrics.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { RecordingMetrics } from '../support/recording-metrics.ts'
import { rejectionOf } from '../support/rejection.ts'
import { sampleBackupId } from '../support/sample-backups.ts'
import { describeBackupRateLimit, PER_MINUTE, type OpenBackupRateLimit } from './backup-rate-limit.contract.ts'

describeBackupRateLimit('memory', openMemory)
describeBackupRateLimit('memory, counted', () => {
  const { clock, limit } = openMemory()
  return { clock, limit: new CountedBackupRateLimit(limit, NO_METRICS) }
})

describe('CountedBackupRateLimit', () => {
  it('counts what is refused, and only that', async () => {
    const metrics = new RecordingMetrics()
    const limit = new CountedBackupRateLimit(new MemoryBackupRateLimit(1, new ManualClock()), metrics)
    const id = sampleBackupId()
    await limit.admit(id, 'stranger')
    expect(metrics.reasons).to.deep.equal([])
    await rejectionOf(limit.admit(id, 'stranger'))
    expect(metrics.reasons).to.deep.equal(['backup_rate_limit'])
  })
})

function openMemory(): OpenBackupRateLimit {
  const clock = new ManualClock()
  return { clock, limit: new MemoryBackupRateLimit(PER_MINUTE, clock) }
}
