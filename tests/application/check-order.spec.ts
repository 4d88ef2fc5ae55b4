import { expectRefused } from './support/expectations.ts'
import { FAULTS, FaultyRequest } from './support/faulty-requests.ts'
import { openHarness, type InterleavedHarness } from './support/open-harness.ts'
import { operationsWith } from './support/operations.ts'

for (const deletionGrace of [0, 3600]) {
  describe(`The order of checks, with ${deletionGrace} seconds to undo a deletion`, () => describeOrder(deletionGrace))
}

function describeOrder(deletionGrace: number): void {
  let harness: InterleavedHarness

  beforeEach(() => {
    harness = openHarness({ deletionGrace })
  })

  for (const { name, refusals, prepare } of operationsWith(deletionGrace)) {
    it(`${name}: a request without a fault succeeds`, async () => {
      const send = await prepare(new FaultyRequest(harness, await harness.createBackup()))
      await send()
    })

    const possible = FAULTS.flatMap((fault) => {
      const code = refusals[fault]
      return code === undefined ? [] : [{ fault, code }]
    })
    possible.forEach(({ fault, code }, index) => {
      const faults = possible.slice(index).map((each) => each.fault)
      const later = faults.length === 1 ? 'alone' : `before ${faults.slice(1).join(', ')}`

      it(`${name}: ${fault} is ${code}, ${later}`, async () => {
        const send = await prepare(new FaultyRequest(harness, await harness.createBackup(), faults))
        await expectRefused(harness, send, code)
      })
    })
  }
}
