import { expect } from 'chai'
import { cellsOf, CELL_COUNT, FACTOR_ROWS, resetCellsOf } from '../support/matrix-cells.ts'
import { describeStanding, RESET_SIGNERS } from '../support/matrix-dimensions.ts'
import { LAST_USES } from '../support/matrix-last-uses.ts'
import { prepareResetRow } from '../support/matrix-reset.ts'
import { differencesOf, prepareFactorRow } from '../support/matrix-rows.ts'
import { MatrixService } from '../support/matrix-service.ts'
import { UsedChallenges } from '../support/matrix-used-challenges.ts'
import { MatrixWorld } from '../support/matrix-world.ts'

describe(`who may do what, in ${CELL_COUNT} requests`, () => {
  let service: MatrixService
  let world: MatrixWorld
  let used: UsedChallenges

  before(async () => {
    // So that it can be asked who may undo; everything else has to be refused alike with and without.
    service = await MatrixService.start({ environment: { DELETION_GRACE_HOURS: '1' } })
    world = await MatrixWorld.build(service)
    used = new UsedChallenges(world)
  })

  after(() => service.stop())

  for (const row of FACTOR_ROWS) {
    const cells = cellsOf(row)
    it(`${row.position}: ${row.kind} ${describeStanding(row.standing)} (${cells.length})`, async () => {
      const prepared = await prepareFactorRow(world, row, () => used.of(row))
      expect(await differencesOf(world, prepared, cells)).to.deep.equal([])
    })
  }

  for (const signer of RESET_SIGNERS) {
    const cells = resetCellsOf(signer)
    it(`reset: signed by ${signer} (${cells.length})`, async () => {
      const prepared = await prepareResetRow(world, signer)
      expect(await differencesOf(world, prepared, cells)).to.deep.equal([])
    })
  }

  for (const { context, type, send } of LAST_USES) {
    it(`after all refusals: the ${type} challenge for ${context} still works once`, async () => {
      const challenge = await world.challenges.kept(context, type, world.bindings)
      expect((await send(world, challenge)).code).to.equal(undefined)
    })
  }

  it('no request was answered as the fault of the service', () => {
    expect(service.events.events.filter(({ level }) => level === 'error')).to.deep.equal([])
  })
})
