import { Office } from './clients/office.ts'
import type { Person } from './clients/population.ts'
import type { OperationKind } from './clients/request.ts'
import type { Attempt } from './engine/attempt.ts'
import { GivenFaults, RandomFaults, type CallKey } from './engine/fault-plan.ts'
import type { Fault } from './engine/faults.ts'
import { Interleavings } from './engine/interleavings.ts'
import { Recorder } from './engine/recorder.ts'
import { VirtualTime } from './engine/virtual-time.ts'
import { Xoshiro128 } from './engine/xoshiro128.ts'
import { lookAround, type Stage } from './look-around.ts'
import { isUndeletable } from './model/undeletion.ts'
import { Violation } from './model/violation.ts'
import { drawPlan, type Plan, type PlannedOperation } from './plan.ts'
import { World, type Variant } from './world.ts'

/** What there is to say about a run: the same schedule is the same run. */
export interface Schedule {
  readonly seed: number
  /** How many operations are planned. */
  readonly operations: number
  /** Which of them begin; all where absent. */
  readonly only?: ReadonlySet<number>
  /** What befalls which call; drawn from the seed where absent. */
  readonly faults?: ReadonlyMap<CallKey, Fault>
  /** What is never drawn. */
  readonly without?: ReadonlySet<Fault>
}

export interface SimulationOptions {
  readonly variant?: Variant
  /** Interleavings met so far, to be added to. */
  readonly interleavings?: Set<number>
}

export interface SimulationResult {
  readonly violation: Violation | undefined
  readonly trace: readonly string[]
  readonly faults: ReadonlyMap<CallKey, Fault>
  /** Those that began before it ended. */
  readonly begun: readonly number[]
  /** Without those that looked around in the end. */
  readonly attempts: readonly Attempt[]
  readonly calls: number
  readonly crashes: number
  readonly steps: number
  readonly comparisons: number
}

/** Runs one schedule to its end, or to the first violation. */
export async function simulate(schedule: Schedule, options: SimulationOptions = {}): Promise<SimulationResult> {
  return new Simulation(schedule, options).run()
}

/** One run: the events of all clients and instances, one after the other, and a look at the stores after each effect. */
class Simulation implements Stage {
  readonly plan: Plan
  readonly world: World
  readonly office: Office
  readonly time = new VirtualTime()
  readonly #recorder: Recorder
  readonly #only: ReadonlySet<number> | undefined
  readonly #begun: number[] = []

  constructor(schedule: Schedule, { variant = {}, interleavings = new Set() }: SimulationOptions) {
    const { seed, operations, only, faults, without } = schedule
    this.plan = drawPlan(seed, operations)
    this.#only = only
    this.#recorder = new Recorder(this.time, new Interleavings(interleavings))
    const faultPlan = faults === undefined ? new RandomFaults(seed, this.plan.faults, without) : new GivenFaults(faults)
    this.world = new World(this.plan, faultPlan, variant, this.time, this.#recorder)
    this.office = new Office(seed, this.world, this.time, this.#recorder)
  }

  get violation(): Violation | undefined {
    return this.world.witness.violation
  }

  async run(): Promise<SimulationResult> {
    for (const operation of this.plan.operations) {
      if (this.#only?.has(operation.id) ?? true) this.time.after(operation.at, () => this.#begin(operation))
    }
    await this.runToEnd()
    const attempts = [...this.office.attempts]
    if (this.violation === undefined) await this.checkForLitter()
    if (this.violation === undefined) await lookAround(this)
    return {
      violation: this.violation,
      trace: this.#recorder.lines,
      faults: this.#recorder.injectedFaults,
      begun: this.#begun,
      attempts,
      calls: this.#recorder.calls,
      crashes: this.#recorder.crashes,
      steps: this.time.steps,
      comparisons: this.world.comparison.comparisons,
    }
  }

  /** Until nothing is to be expected any more, or something is wrong. */
  async runToEnd(): Promise<void> {
    const { witness, comparison } = this.world
    while (this.violation === undefined && (await this.time.step())) {
      if (!witness.storesChanged) continue
      witness.storesChanged = false
      await comparison.compare().catch((error: unknown) => witness.report(error))
    }
    const stuck = this.office.attempts.find(({ outcome }) => outcome === 'pending')
    if (stuck !== undefined) witness.report(new Violation(7, `#${stuck.id} was never answered`))
  }

  async checkForLitter(swept = false): Promise<void> {
    const { witness, comparison } = this.world
    await comparison.compareBlobs(swept).catch((error: unknown) => witness.report(error))
  }

  #begin({ id, kind: planned, instances: [first, second], thinking, person: number }: PlannedOperation): void {
    this.#begun.push(id)
    const random = Xoshiro128.of(this.plan.seed, id, 0xc401ce)
    if (planned === 'replay') {
      const request = this.office.rememberedRequest(random)
      if (request !== undefined) this.office.send(id, request, second)
      return
    }
    const person = this.world.population.people[number]!
    const kind = this.#sensible(planned, person, random)
    void this.office.write({ id, kind, place: first, random, person }).then((request) => {
      this.time.after(thinking, () => this.office.send(id, request, second))
    })
  }

  /** Where there is nothing, most clients know; and whether it may come back. To undo something, something is deleted first. */
  #sensible(planned: OperationKind, { id }: Person, random: Xoshiro128): OperationKind {
    const { model, now } = this.world.witness
    const kept = model.kept(id)
    const mayComeBack = isUndeletable(kept, now / 1000)
    if (model.current(id) === undefined && random.chance(0.8)) {
      if (kept === undefined || random.chance(0.2)) return 'create'
      return mayComeBack ? 'undelete' : 'sweep'
    }
    if (planned !== 'undelete' || mayComeBack || random.chance(0.3)) return planned
    return random.pick(['delete-factor', 'delete-backup'] as const)
  }
}
