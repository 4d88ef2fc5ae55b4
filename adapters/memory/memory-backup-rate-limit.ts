import { TooManyRequests, type BackupRateLimit, type BackupVisitor } from '../../application/ports/backup-rate-limit.ts'
import type { Clock } from '../../application/ports/clock.ts'
import type { BackupId } from '../../domain/backup-id.ts'
import type { Metrics } from '../shared/metrics.ts'

const MINUTE_MILLISECONDS = 60 * 1000
/** About 20 MB. Strangers can name as many backups as they like. */
const MAX_COUNTS = 100_000

/**
 * Counts by the minute of the clock, and forgets all with it, or before when there is too much to remember: then some are
 * admitted more often, and nobody less. Of this instance only: two instances admit twice as much.
 */
export class MemoryBackupRateLimit implements BackupRateLimit {
  readonly #perMinute: number
  readonly #clock: Clock
  readonly #metrics: Metrics
  readonly #counts = new Map<string, number>()
  #minute = 0

  /** @param perMinute for each backup and visitor */
  constructor(perMinute: number, clock: Clock, metrics: Metrics) {
    this.#perMinute = perMinute
    this.#clock = clock
    this.#metrics = metrics
  }

  admit(backupId: BackupId, visitor: BackupVisitor): Promise<void> {
    const now = this.#clock.now()
    const minute = Math.floor(now / MINUTE_MILLISECONDS)
    if (minute !== this.#minute || this.#counts.size >= MAX_COUNTS) this.#counts.clear()
    this.#minute = minute
    const key = `${backupId} ${nameOf(visitor)}`
    const count = this.#counts.get(key) ?? 0
    if (count < this.#perMinute) {
      this.#counts.set(key, count + 1)
      return Promise.resolve()
    }
    this.#metrics.turnedAway('backup_rate_limit')
    const secondsLeft = ((minute + 1) * MINUTE_MILLISECONDS - now) / 1000
    return Promise.reject(new TooManyRequests('this backup is asked for too often', secondsLeft))
  }
}

function nameOf(visitor: BackupVisitor): string {
  if (typeof visitor === 'string') return visitor
  return 'factorId' in visitor ? `factor ${visitor.factorId}` : `token ${visitor.tokenId}`
}
