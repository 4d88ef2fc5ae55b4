import type { EventFields, EventLog } from '../../../../application/ports/event-log.ts'
import type { Witness } from '../model/witness.ts'

/** The service's log. Most of what it says is expected where faults are; that a blob is lost never is. */
export class TelltaleLog implements EventLog {
  readonly #witness: Witness

  constructor(witness: Witness) {
    this.#witness = witness
  }

  debug(): void {}

  info(): void {}

  warn(): void {}

  error(event: string, fields: EventFields): void {
    this.#witness.alarmed(`${event} ${JSON.stringify(fields)}`)
  }
}
