import { unixSeconds } from '../../../application/ports/clock.ts'
import type { FactorScope } from '../../../domain/factor.ts'
import type { Office, Order } from './clients/office.ts'
import type { Person } from './clients/population.ts'
import type { VirtualTime } from './engine/virtual-time.ts'
import { Xoshiro128 } from './engine/xoshiro128.ts'
import { LARGEST_SKEW, SWEEP_GRACE } from './limits.ts'
import type { ModelBackup, ModelFactor } from './model/model-backup.ts'
import { isUndeletable, recoverable } from './model/undeletion.ts'
import { Violation, type Invariant } from './model/violation.ts'
import type { Plan } from './plan.ts'
import type { World } from './world.ts'

/** Seconds after which the sweeper leaves no blob alone any more, however wrong the clocks are. */
const SWEEP_PATIENCE = SWEEP_GRACE + (2 * LARGEST_SKEW) / 1000

/** A simulation that has come to its end. */
export interface Stage {
  readonly plan: Plan
  readonly world: World
  readonly office: Office
  readonly time: VirtualTime
  readonly violation: Violation | undefined
  runToEnd(): Promise<void>
  checkForLitter(swept?: boolean): Promise<void>
}

/** When all is over and nothing fails any more: whether the clients find what the model says, and can begin anew. */
export async function lookAround(stage: Stage): Promise<void> {
  const { plan, world } = stage
  const { people } = world.population
  if (plan.deletionGrace > SWEEP_PATIENCE) await sweepAfter(stage, SWEEP_PATIENCE)
  for (const person of people) {
    if (!leavesDeletions(stage, person)) await undelete(stage, person)
    await readEverything(stage, person)
    if (!leavesDeletions(stage, person)) await beginAnew(stage, person)
  }
  if (stage.violation === undefined) await stage.checkForLitter()
  const left = people.map((person) => [person, world.witness.model.kept(person.id)] as const)
  await sweepAfter(stage, plan.deletionGrace + SWEEP_PATIENCE)
  if (stage.violation === undefined) await stage.checkForLitter(true)
  for (const [person, before] of left) {
    const kept = world.witness.model.kept(person.id)
    if (kept !== undefined && (kept.deletion !== undefined || kept.removed.length > 0)) {
      world.witness.report(new Violation(6, 'the sweeper left what had become final'))
    }
    if (leavesDeletions(stage, person)) await beginAnew(stage, person, before)
  }
}

/** Every other person waits until what was deleted is final. */
function leavesDeletions({ plan, world }: Stage, person: Person): boolean {
  return plan.deletionGrace > 0 && (plan.seed + world.population.people.indexOf(person)) % 2 === 0
}

/** By a removed factor, if there is one; and not twice. */
async function undelete(stage: Stage, person: Person): Promise<void> {
  const { population, witness } = stage.world
  const backup = witness.model.kept(person.id)
  const at = unixSeconds(stage.world.instance(0).clock)
  if (backup === undefined || !isUndeletable(backup, at)) return
  const removed = recoverable(backup, at).find(({ scope }) => scope === 'MAIN')
  const main = population.holder((removed?.factor ?? backup.mainFactors[0]!).credential)
  await insist(stage, 8, { kind: 'undelete', person, main })
  await insist(stage, 8, { kind: 'undelete', person, main }, 'nothing_to_undelete')
}

async function readEverything(stage: Stage, person: Person): Promise<void> {
  const { population, witness } = stage.world
  const backup = witness.model.current(person.id)
  for (const { credential } of backup?.mainFactors ?? []) {
    await insist(stage, 1, { kind: 'retrieve', person, main: population.holder(credential) })
  }
  for (const { credential } of backup?.syncFactors ?? []) {
    await insist(stage, 1, { kind: 'retrieve-metadata', person, device: population.device(credential) })
  }
}

/**
 * The same id and the same factors, once the backup that has them is deleted.
 * @param before as it was before deletions became final
 */
async function beginAnew(
  stage: Stage,
  person: Person,
  before = stage.world.witness.model.current(person.id),
): Promise<void> {
  const { population, witness } = stage.world
  const [mainFactor] = [...removedOf(before, 'MAIN'), ...(before?.mainFactors ?? [])]
  const [syncFactor] = [...removedOf(before, 'SYNC'), ...(before?.syncFactors ?? [])]
  if (mainFactor === undefined || syncFactor === undefined) return
  const main = population.holder(mainFactor.credential)
  const device = population.device(syncFactor.credential)
  if (witness.model.kept(person.id) !== undefined) await insist(stage, 6, { kind: 'reset', person })
  await insist(stage, 6, { kind: 'create', person, main, device })
  await insist(stage, 1, { kind: 'retrieve', person, main })
}

function removedOf(backup: ModelBackup | undefined, wanted: FactorScope): readonly ModelFactor[] {
  return backup?.removed.filter(({ scope }) => scope === wanted).map(({ factor }) => factor) ?? []
}

/** @param seconds so that every blob is old enough, and more */
async function sweepAfter(stage: Stage, seconds: number): Promise<void> {
  const { time, world } = stage
  time.after(seconds * 1000, () => {})
  await stage.runToEnd()
  await insist(stage, 6, { kind: 'sweep', person: world.population.people[0]! })
}

/** Has to be done, or to be refused like this: anything else breaks the invariant. */
async function insist(
  stage: Stage,
  invariant: Invariant,
  order: Pick<Order, 'kind' | 'person' | 'main' | 'device'>,
  refusal?: string,
): Promise<void> {
  if (stage.violation !== undefined) return
  const { plan, office, time, world } = stage
  const id = plan.operations.length + office.attempts.length
  const random = Xoshiro128.of(plan.seed, id, 0xc401ce)
  const request = await office.write({ ...order, id, place: 0, random, careful: true })
  time.after(0, () => office.send(id, request, 0, true))
  await stage.runToEnd()
  const attempt = office.attempts.at(-1)
  if (attempt?.refusal === refusal) return
  world.witness.report(new Violation(invariant, `${request.text} in the end: ${attempt?.refusal ?? 'done'}`))
}
