import type { Backup } from '../domain/backup.ts'
import { DomainError } from '../domain/domain-error.ts'
import { CONSUMPTION_MARGIN } from './challenges.ts'
import type { Committer } from './committer.ts'
import type { StoredBackup } from './ports/backup-index.ts'
import { unixSeconds, type Clock } from './ports/clock.ts'
import type { EventLog } from './ports/event-log.ts'
import type { Random } from './ports/random.ts'

/** Removes what can be undone no more: so ids and credentials become free, and blobs are left for the sweep. */
export class FinalDeletions {
  readonly #committer: Committer
  readonly #clock: Clock
  readonly #random: Random
  readonly #log: EventLog

  constructor(committer: Committer, clock: Clock, random: Random, log: EventLog) {
    this.#committer = committer
    this.#clock = clock
    this.#random = random
    this.#log = log
  }

  /**
   * Safe beside whatever else happens to the backup: on a newer state it decides again, and nothing that can still be
   * undone is ever touched. That is only as right as the clock of this machine: one that is ahead takes as much from
   * the grace.
   * @returns what stays of the backup
   * @throws {DomainError} `conflict`
   * @throws {StoreUnavailable} the outcome is unknown
   */
  async remove(stored: StoredBackup): Promise<Backup | undefined> {
    const at = unixSeconds(this.#clock)
    if (stored.backup.withoutFinalDeletions(at) === stored.backup) return stored.backup
    const gone = new DomainError('backup_missing', 'the backup is gone')
    try {
      const { before, after } = await this.#committer.change({
        stored,
        // Nobody is asked for a proof here. What a commit uses up is what makes repeating it harmless, so it brings its
        // own.
        consume: [{ key: `final-deletion#${this.#random.uuid()}`, expiresAt: at + CONSUMPTION_MARGIN }],
        decide: (backup) => backup.withoutFinalDeletions(at),
        whenGone: () => gone,
      })
      if (after !== before) this.#log.info('deletion_final', { backupId: before.id })
      return after
    } catch (error) {
      if (error === gone) return undefined
      throw error
    }
  }
}
