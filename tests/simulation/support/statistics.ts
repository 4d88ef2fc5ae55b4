import { isDisturbing, type Fault } from './engine/faults.ts'
import type { Outcome } from './engine/attempt.ts'
import type { SimulationResult } from './simulation.ts'

/** What many seeds came to. */
export class Statistics {
  readonly interleavings = new Set<number>()
  readonly faults = new Map<Fault, number>()
  readonly outcomes = new Map<Outcome, number>()
  seeds = 0
  operations = 0
  calls = 0
  crashes = 0
  steps = 0
  comparisons = 0
  violations = 0

  add({ attempts, faults, calls, crashes, steps, comparisons, violation }: SimulationResult): void {
    this.seeds += 1
    this.operations += attempts.length
    this.calls += calls
    this.crashes += crashes
    this.steps += steps
    this.comparisons += comparisons
    this.violations += violation === undefined ? 0 : 1
    for (const { outcome } of attempts) increment(this.outcomes, outcome)
    for (const fault of faults.values()) increment(this.faults, fault)
  }

  /** Faults that somebody noticed: a slow call alone is none. */
  get injected(): number {
    return [...this.faults].reduce((sum, [fault, count]) => sum + (isDisturbing(fault) ? count : 0), 0)
  }

  lines(): readonly string[] {
    const counts = (map: ReadonlyMap<string, number>): string =>
      [...map]
        .sort(([, left], [, right]) => right - left)
        .map(([name, count]) => `${name} ${count}`)
        .join(', ')
    return [
      `seeds                   ${this.seeds}`,
      `operations              ${this.operations} (${counts(this.outcomes)})`,
      `calls of ports          ${this.calls}`,
      `faults injected         ${this.injected} (${counts(this.faults)})`,
      `crashes and restarts    ${this.crashes}`,
      `distinct interleavings  ${this.interleavings.size}`,
      `steps                   ${this.steps}`,
      `stores compared         ${this.comparisons} times`,
      `violations              ${this.violations}`,
    ]
  }
}

function increment<Name extends string>(counts: Map<Name, number>, name: Name): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}
