import { FAULTS_OF, type CallName, type Fault } from './faults.ts'
import { Xoshiro128 } from './xoshiro128.ts'

/** Which call of which attempt: `{attempt}.{call}`, both counted from 0. */
export type CallKey = string

/** Says what befalls each call. */
export interface FaultPlan {
  /** @param call counts the calls of the attempt */
  faultOf(attempt: number, call: number, name: CallName): Fault | undefined
}

/** How hard a seed is on the service: seeds differ, since what one fault hides another one shows. */
export interface FaultProfile {
  /** Of all calls. */
  readonly rate: number
  /** Of the attempts: those that are out of luck, whose commits fail again and again. */
  readonly unlucky: number
  /** Of the calls that nothing else befalls: those that only take their time. */
  readonly slowness: number
  readonly weights: Readonly<Record<Fault, number>>
}

const UNLUCKY_RATE = 0.8

interface Luck {
  readonly random: Xoshiro128
  readonly commitRate: number
}

/** Draws each fault from a stream of its attempt, so that attempts never shift one another's. */
export class RandomFaults implements FaultPlan {
  readonly #seed: number
  readonly #profile: FaultProfile
  readonly #without: ReadonlySet<Fault>
  readonly #lucks = new Map<number, Luck>()

  /** @param without what never befalls anybody */
  constructor(seed: number, profile: FaultProfile, without: ReadonlySet<Fault> = new Set()) {
    this.#seed = seed
    this.#profile = profile
    this.#without = without
  }

  faultOf(attempt: number, _call: number, name: CallName): Fault | undefined {
    const { rate, slowness, weights } = this.#profile
    const { random, commitRate } = this.#luckOf(attempt)
    const befallen = random.chance(name === 'index.commit' ? commitRate : rate)
    const isSlow = random.chance(slowness)
    const possible = FAULTS_OF[name].filter((fault) => !this.#without.has(fault))
    const weighted = possible.map((fault) => [fault, weights[fault]] as const)
    if (befallen && weighted.some(([, weight]) => weight > 0)) return random.weighted(weighted)
    return isSlow ? 'slow' : undefined
  }

  #luckOf(attempt: number): Luck {
    const { rate, unlucky } = this.#profile
    const known = this.#lucks.get(attempt)
    if (known !== undefined) return known
    const random = Xoshiro128.of(this.#seed, attempt, 0xfa017)
    // Everything turns on commits.
    const luck = { random, commitRate: random.chance(unlucky) ? UNLUCKY_RATE : rate * 2 }
    this.#lucks.set(attempt, luck)
    return luck
  }
}

/** Exactly these, as they were noted down. */
export class GivenFaults implements FaultPlan {
  readonly #faults: ReadonlyMap<CallKey, Fault>

  constructor(faults: ReadonlyMap<CallKey, Fault>) {
    this.#faults = faults
  }

  faultOf(attempt: number, call: number, name: CallName): Fault | undefined {
    const fault = this.#faults.get(`${attempt}.${call}`)
    return fault !== undefined && FAULTS_OF[name].includes(fault) ? fault : undefined
  }
}
