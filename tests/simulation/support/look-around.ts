import type { Office, Order } from './clients/office.ts'
import type { Person } from './clients/population.ts'
import type { VirtualTime } from './engine/virtual-time.ts'
import { Xoshiro128 } from './engine/xoshiro128.ts'
import { LARGEST_SKEW, SWEEP_GRACE } from './limits.ts'
import { Violation } from './model/violation.ts'
import type { Plan } from './plan.ts'
import type { World } from './world.ts'

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
  for (const person of stage.world.population.people) {
    await readEverything(stage, person)
    await beginAnew(stage, person)
  }
  if (stage.violation === undefined) await stage.checkForLitter()
  await sweep(stage)
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

/** The same id and the same factors, once the backup that has them is deleted. */
async function beginAnew(stage: Stage, person: Person): Promise<void> {
  const { population, witness } = stage.world
  const backup = witness.model.current(person.id)
  const [mainFactor, syncFactor] = [backup?.mainFactors[0], backup?.syncFactors[0]]
  if (mainFactor === undefined || syncFactor === undefined) return
  const main = population.holder(mainFactor.credential)
  const device = population.device(syncFactor.credential)
  await insist(stage, 6, { kind: 'reset', person })
  await insist(stage, 6, { kind: 'create', person, main, device })
  await insist(stage, 1, { kind: 'retrieve', person, main })
}

/** Once every blob is old enough. */
async function sweep(stage: Stage): Promise<void> {
  const { time, world } = stage
  time.after(SWEEP_GRACE * 1000 + 2 * LARGEST_SKEW, () => {})
  await stage.runToEnd()
  await insist(stage, 6, { kind: 'sweep', person: world.population.people[0]! })
  if (stage.violation === undefined) await stage.checkForLitter(true)
}

/** Has to be done: a refusal breaks the invariant. */
async function insist(
  stage: Stage,
  invariant: 1 | 6,
  order: Pick<Order, 'kind' | 'person' | 'main' | 'device'>,
): Promise<void> {
  if (stage.violation !== undefined) return
  const { plan, office, time, world } = stage
  const id = plan.operations.length + office.attempts.length
  const random = Xoshiro128.of(plan.seed, id, 0xc401ce)
  const request = await office.write({ ...order, id, place: 0, random, careful: true })
  time.after(0, () => office.send(id, request, 0, true))
  await stage.runToEnd()
  const attempt = office.attempts.at(-1)
  if (attempt?.outcome === 'done') return
  world.witness.report(new Violation(invariant, `${request.text} in the end: ${attempt?.refusal}`))
}
