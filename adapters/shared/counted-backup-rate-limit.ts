import { TooManyRequests, type BackupRateLimit, type BackupVisitor } from '../../application/ports/backup-rate-limit.ts'
import type { BackupId } from '../../domain/backup-id.ts'
import type { Metrics } from './metrics.ts'

/** A limit whose refusals are counted. */
export class CountedBackupRateLimit implements BackupRateLimit {
  readonly #limit: BackupRateLimit
  readonly #metrics: Metrics

  constructor(limit: BackupRateLimit, metrics: Metrics) {
    this.#limit = limit
    this.#metrics = metrics
  }

  async admit(backupId: BackupId, visitor: BackupVisitor): Promise<void> {
    try {
      await this.#limit.admit(backupId, visitor)
    } catch (error) {
      if (error instanceof TooManyRequests) this.#metrics.turnedAway('backup_rate_limit')
      throw error
    }
  }
}
