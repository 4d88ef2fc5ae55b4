import { expect } from 'chai'
import { MemoryBackupRateLimit } from '../../adapters/memory/memory-backup-rate-limit.ts'
import { NO_METRICS } from '../../adapters/shared/metrics.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { RecordingMetrics } from '../support/recording-metrics.ts'
import { rejectionOf } from '../support/rejection.ts'
import { sampleBackupId } from '../support/sample-backups.ts'
import { describeBackupRateLimit, PER_MINUTE } from './backup-rate-limit.contract.ts'

describeBackupRateLimit('memory', () => {
  const clock = new ManualClock()
  return { clock, limit: new MemoryBackupRateLimit(PER_MINUTE, clock, NO_METRICS) }
})

describe('MemoryBackupRateLimit', () => {
  it('counts what is refused, and only that', async () => {
    const metrics = new RecordingMetrics()
    const limit = new MemoryBackupRateLimit(1, new ManualClock(), metrics)
    const id = sampleBackupId()
    await limit.admit(id, 'stranger')
    expect(metrics.reasons).to.deep.equal([])
    await rejectionOf(limit.admit(id, 'stranger'))
    expect(metrics.reasons).to.deep.equal(['backup_rate_limit'])
  })

  it('forgets what it counted rather than remember without end', async () => {
    const limit = new MemoryBackupRateLimit(1, new ManualClock(), NO_METRICS)
    const id = sampleBackupId()
    await limit.admit(id, 'stranger')
    for (let token = 1; token < 100_000; token += 1) await limit.admit(id, { tokenId: String(token) })
    await limit.admit(id, 'stranger')
  })
})
