import type { CallKey } from './engine/fault-plan.ts'
import type { Fault } from './engine/faults.ts'
import { simulate, type Schedule, type SimulationOptions, type SimulationResult } from './simulation.ts'

/** One that leaves nothing to be drawn but latencies. */
export type GivenSchedule = Required<Omit<Schedule, 'without'>>

/** A failing schedule from which nothing can be taken away. */
export interface ShrunkFailure {
  readonly schedule: GivenSchedule
  readonly result: SimulationResult
  /** How many schedules were tried. */
  readonly tries: number
}

const MOST_TRIES = 600

/**
 * Takes operations and faults away as long as the same invariant is still violated (delta debugging, after Zeller). What is
 * left happens as before: every time and every choice belongs to one operation, and shifts with no other.
 */
export async function shrink(schedule: Schedule, options: SimulationOptions = {}): Promise<ShrunkFailure> {
  const found = await simulate(schedule, options)
  const invariant = found.violation?.invariant
  if (invariant === undefined) throw new Error('this schedule does not fail')
  let tries = 1

  const isFailing = async (candidate: GivenSchedule): Promise<boolean> => {
    if (tries >= MOST_TRIES) return false
    tries += 1
    return (await simulate(candidate, options)).violation?.invariant === invariant
  }

  const { seed, operations } = schedule
  let current: GivenSchedule = { seed, operations, only: new Set(found.begun), faults: found.faults }
  for (let size = Infinity; weight(current) < size;) {
    size = weight(current)
    const { only, faults } = current
    const fewer = await fewest([...only], (kept) => isFailing({ ...current, only: new Set(kept), faults }))
    current = { ...current, only: new Set(fewer) }
    const entries = await fewest([...faults], (kept) => isFailing({ ...current, faults: new Map(kept) }))
    current = { ...current, faults: new Map(entries) }
  }
  const result = await simulate(current, options)
  // Faults of operations that went are of no effect: they are not part of what happened.
  return { schedule: { ...current, faults: inOrder(result.faults) }, result, tries }
}

/** The items that cannot be done without, found by leaving out ever smaller parts. */
async function fewest<Item>(
  items: readonly Item[],
  isEnough: (kept: readonly Item[]) => Promise<boolean>,
): Promise<readonly Item[]> {
  let kept = items
  for (let part = Math.ceil(kept.length / 2); part >= 1; part = part === 1 ? 0 : Math.ceil(part / 2)) {
    for (let start = 0; start < kept.length;) {
      const candidate = [...kept.slice(0, start), ...kept.slice(start + part)]
      if (await isEnough(candidate)) kept = candidate
      else start += part
    }
  }
  return kept
}

function weight({ only, faults }: GivenSchedule): number {
  return only.size + faults.size
}

function inOrder(faults: ReadonlyMap<CallKey, Fault>): ReadonlyMap<CallKey, Fault> {
  return new Map([...faults].sort(([left], [right]) => left.localeCompare(right, 'en', { numeric: true })))
}
