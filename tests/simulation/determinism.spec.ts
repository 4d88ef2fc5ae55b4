import { expect } from 'chai'
import { PLANTED_BUGS } from './support/planted/planted-bugs.ts'
import { parseFaults, parseOperations, replayCommand } from './support/schedule-text.ts'
import { shrink } from './support/shrink.ts'
import { simulate } from './support/simulation.ts'

const SEEDS = [1, 2, 3, 4, 5]
const OPERATIONS = 50

describe('A simulation', function () {
  this.timeout(60_000)

  for (const seed of SEEDS) {
    it(`goes the same way every time with seed ${seed}`, async () => {
      const first = await simulate({ seed, operations: OPERATIONS })
      await simulate({ seed: seed + 1, operations: OPERATIONS })
      const second = await simulate({ seed, operations: OPERATIONS })
      expect(second.trace).to.deep.equal(first.trace)
      expect(second.trace).to.have.length.above(OPERATIONS)
    })

    it(`goes the same way when the faults of seed ${seed} are given instead of drawn`, async () => {
      const drawn = await simulate({ seed, operations: OPERATIONS })
      const given = await simulate({
        seed,
        operations: OPERATIONS,
        only: new Set(drawn.begun),
        faults: drawn.faults,
      })
      expect(given.trace).to.deep.equal(drawn.trace)
    })
  }

  it('goes another way with every seed', async () => {
    const traces = await Promise.all(SEEDS.map(async (seed) => (await simulate({ seed, operations: 10 })).trace.join()))
    expect(new Set(traces).size).to.equal(SEEDS.length)
  })

  it('can do without any fault', async () => {
    const { faults } = await simulate({ seed: 2, operations: OPERATIONS, faults: new Map() })
    expect(faults.size).to.equal(0)
  })

  it('is replayed by the command that it prints', async () => {
    const { variant } = PLANTED_BUGS.find(({ name }) => name.includes('guessed'))!
    let seed = 1
    while ((await simulate({ seed, operations: OPERATIONS }, { variant })).violation === undefined) seed += 1
    const { schedule, result } = await shrink({ seed, operations: OPERATIONS }, { variant })
    const [, of, operations, only, faults] =
      /^npm run simulate -- --seed (\d+) --operations (\d+) --only (\S+) --faults (\S+)$/.exec(
        replayCommand(schedule),
      ) ?? []
    const replayed = await simulate(
      {
        seed: Number(of),
        operations: Number(operations),
        only: parseOperations(only ?? ''),
        faults: parseFaults(faults ?? ''),
      },
      { variant },
    )
    expect(replayed.trace).to.deep.equal(result.trace)
    expect(replayed.violation?.message).to.equal(result.violation?.message)
  })
})
