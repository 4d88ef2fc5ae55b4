import type { BackupId } from '../../domain/backup-id.ts'
import { TooManyRequests, type BackupRateLimit, type BackupVisitor } from '../../application/ports/backup-rate-limit.ts'
import type { Clock } from '../../application/ports/clock.ts'

const MINUTE_MILLISECONDS = 60 * 1000

/** Counts by the minute of the clock, and forgets all with it. Of this instance only: two instances admit twice as much. */
export class MemoryBackupRateLimit implements BackupRateLimit {
  readonly #perMinute: number
  readonly #clock: Clock
  readonly #counts = new Map<string, number>()
  #minute = 0

  /** @param perMinute for each backup and visitor */
  constructor(perMinute: number, clock: Clock) {
    this.#perMinute = perMinute
    this.#clock = clock
  }

  admit(backupId: BackupId, visitor: BackupVisitor): Promise<void> {
    const now = this.#clock.now()
    const minute = Math.floor(now / MINUTE_MILLISECONDS)
    if (minute !== this.#minute) this.#counts.clear()
    this.#minute = minute
    const key = `${visitor} ${backupId}`
    const count = this.#counts.get(key) ?? 0
    if (count < this.#perMinute) {
      this.#counts.set(key, count + 1)
      return Promise.resolve()
    }
    const secondsLeft = ((minute + 1) * MINUTE_MILLISECONDS - now) / 1000
    return Promise.reject(new TooManyRequests('this backup is asked for too often', secondsLeft))
  }
}
