import type { OperationKind } from './clients/request.ts'
import type { FaultProfile } from './engine/fault-plan.ts'
import { FAULTS, type Fault } from './engine/faults.ts'
import { Xoshiro128 } from './engine/xoshiro128.ts'
import { LARGEST_SKEW } from './limits.ts'
import type { Retention } from './retention.ts'

/** An operation that somebody will begin, at a time and at an instance that nothing else shifts. */
export interface PlannedOperation {
  readonly id: number
  /** Milliseconds since the beginning. */
  readonly at: number
  readonly kind: OperationKind | 'replay'
  /** Whose backup it is about, counted from 0. */
  readonly person: number
  /** Where the challenge comes from, and where the request goes to, counted from 0. */
  readonly instances: readonly [number, number]
  /** Milliseconds between them. */
  readonly thinking: number
}

/** All that a seed decides before anything happens. */
export interface Plan extends Retention {
  readonly seed: number
  readonly operations: readonly PlannedOperation[]
  readonly people: number
  /** Milliseconds by which the clock of each instance is wrong. */
  readonly skews: readonly number[]
  readonly faults: FaultProfile
}

const MINUTE = 60_000 // milliseconds
/** Milliseconds for everybody to create a backup before the rest begins. */
const HEAD_START = 120
/** Seconds. Some end in the midst of requests, some within the skew of two clocks, and some after the sweeper's patience. */
const DELETION_GRACES = [0, 0, 0, 2, 60, 900]
const MOSTLY: readonly (readonly [PlannedOperation['kind'], number])[] = [
  ['create', 3],
  ['sync', 26],
  ['retrieve', 12],
  ['verify-factor', 4],
  ['retrieve-metadata', 5],
  ['add-sync-factor', 9],
  ['add-factor', 14],
  ['delete-factor', 10],
  ['delete-backup', 2.5],
  ['undelete', 8],
  ['reset', 2],
  ['status', 2],
  ['sweep', 3],
  ['verify', 1.5],
  ['replay', 12],
]

const USUAL_WEIGHTS: Readonly<Record<Fault, number>> = {
  slow: 1,
  'fail-before': 1,
  'fail-midway': 1,
  'fail-after': 2,
  'hang-before': 1,
  'hang-after': 2,
  late: 2,
  'crash-before': 0.3,
  'crash-after': 0.6,
}

/** Seeds differ in what they are made of, too, and not only in its order: what is rare in one is common in another. */
export function drawPlan(seed: number, operations: number): Plan {
  const random = Xoshiro128.of(seed)
  const people = 1 + random.below(3)
  const instances = 1 + random.below(3)
  const pace = random.pick([3, 10, 40])
  const kinds = MOSTLY.map(([kind, weight]) => [kind, weight * random.pick([0.3, 1, 1, 3])] as const)
  const skews = Array.from({ length: instances }, () => (random.fraction() * 2 - 1) * LARGEST_SKEW)
  const history = random.pick([1, 1, 2])
  const deletionGrace = random.pick(DELETION_GRACES)
  const faults = drawFaults(random)
  let at = 0
  const draw = (id: number): PlannedOperation => {
    at += id === people ? HEAD_START : drawGap(random, pace)
    const kind = random.weighted(kinds)
    const person = random.below(people)
    return {
      id,
      at,
      kind: id < people ? 'create' : kind,
      person: id < people ? id : person,
      instances: [random.below(instances), random.below(instances)],
      thinking: id < people ? 0 : drawThinking(random),
    }
  }
  const drawn = Array.from({ length: operations }, (_, id) => draw(id))
  return { seed, operations: drawn, people, skews, history, deletionGrace, faults }
}

function drawFaults(random: Xoshiro128): FaultProfile {
  const rate = random.pick([0, 0.03, 0.07, 0.12])
  const weights = { ...USUAL_WEIGHTS }
  for (const fault of FAULTS) weights[fault] *= random.pick([0, 1, 1, 4])
  return { rate, unlucky: rate === 0 ? 0 : 0.15, slowness: random.pick([0, 0.03, 0.1, 0.2]), weights }
}

/** Requests crowd together; at times everything that anybody holds expires in between. */
function drawGap(random: Xoshiro128, pace: number): number {
  const [kind, amount] = [random.fraction(), random.fraction()]
  if (kind < 0.01) return 3 * 60 * MINUTE
  return kind < 0.03 ? 16 * MINUTE : amount * 2 * pace
}

function drawThinking(random: Xoshiro128): number {
  const [kind, amount] = [random.fraction(), random.fraction()]
  if (kind < 0.8) return amount * 20
  return kind < 0.98 ? amount * 2000 : (14 + 2 * amount) * MINUTE
}
