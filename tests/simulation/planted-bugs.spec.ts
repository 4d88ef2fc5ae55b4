import { expect } from 'chai'
import { FAULTS } from './support/engine/faults.ts'
import { failureReport } from './support/failure-report.ts'
import { PLANTED_BUGS, type PlantedBug } from './support/planted/planted-bugs.ts'
import { shrink, type ShrunkFailure } from './support/shrink.ts'
import { simulate, type Schedule } from './support/simulation.ts'

const OPERATIONS = 50
const MOST_SEEDS = 200
const MOST_OPERATIONS_LEFT = 5
const MOST_FAULTS_LEFT = 5

describe('A simulation of', function () {
  this.timeout(60_000)

  for (const bug of PLANTED_BUGS) {
    describe(bug.name, () => {
      let shrunk: ShrunkFailure

      before(async () => {
        shrunk = await shrink(await firstScheduleThatCatches(bug), bug)
      })

      it(`violates invariant ${bug.invariant} within ${MOST_SEEDS} seeds`, () => {
        expect(shrunk.result.violation?.invariant).to.equal(bug.invariant)
      })

      it('shrinks to a few operations and faults, and tells how to replay them', () => {
        const { only, faults } = shrunk.schedule
        expect(only.size).to.be.within(1, MOST_OPERATIONS_LEFT)
        expect(faults.size).to.be.at.most(MOST_FAULTS_LEFT)
        expect(failureReport(shrunk)).to.match(
          /VIOLATION of invariant \d: .+\n\nreplay: npm run simulate -- --seed \d+ /,
        )
      })

      it('goes well on the same schedule once the bug is gone', async () => {
        expect((await simulate(shrunk.schedule)).violation).to.equal(undefined)
      })
    })
  }
})

async function firstScheduleThatCatches({ variant, invariant, shownBy }: PlantedBug): Promise<Schedule> {
  const without = new Set(FAULTS.filter((fault) => shownBy !== undefined && fault !== shownBy))
  for (let seed = 1; seed <= MOST_SEEDS; seed += 1) {
    const schedule = { seed, operations: OPERATIONS, without }
    const { violation } = await simulate(schedule, { variant })
    if (violation?.invariant === invariant) return schedule
  }
  throw new Error(`not caught within ${MOST_SEEDS} seeds`)
}
