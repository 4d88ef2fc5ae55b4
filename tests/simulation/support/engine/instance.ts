import type { Clock } from '../../../../application/ports/clock.ts'
import type { SimulatedApplication } from '../assemble-instance.ts'
import type { Attempt, Host } from './attempt.ts'

/** One process of the service, until it crashes. Nothing that it remembers outlives it. */
export class Instance implements Host {
  readonly name: string
  readonly clock: Clock
  readonly application: SimulatedApplication
  readonly attempts = new Set<Attempt>()
  #crashed = false

  constructor(name: string, clock: Clock, application: SimulatedApplication) {
    this.name = name
    this.clock = clock
    this.application = application
  }

  get crashed(): boolean {
    return this.#crashed
  }

  /** What it was in the middle of never goes on. */
  crash(): void {
    this.#crashed = true
    for (const attempt of this.attempts) {
      if (attempt.outcome !== 'pending' && attempt.openCalls === 0) continue
      attempt.disturbed = true
      if (attempt.outcome === 'pending') attempt.outcome = 'crashed'
    }
    this.attempts.clear()
  }
}
