import type { Deletion } from '../domain/deletion.ts'
import type { FactorId } from '../domain/factor.ts'
import { unixSeconds, type Clock } from './ports/clock.ts'

/**
 * How long deletions by sync factors can be undone. It has a price: within the grace the removal of a main factor is
 * not final, since that factor may undo it. An owner who cannot wait for that resets the backup.
 */
export class DeletionGrace {
  readonly #seconds: number
  readonly #clock: Clock

  /** @param seconds 0 for deletions that are final at once */
  constructor(seconds: number, clock: Clock) {
    this.#seconds = seconds
    this.#clock = clock
  }

  /** @returns `undefined` where nothing can be undone */
  deletionBy(deletedBy: FactorId): Deletion | undefined {
    if (this.#seconds === 0) return undefined
    return { deletedBy, recoverableUntil: unixSeconds(this.#clock) + this.#seconds }
  }
}
