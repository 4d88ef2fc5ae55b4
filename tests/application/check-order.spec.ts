import { expectRefused } from './support/expectations.ts'
import { FAULTS, FaultyRequest } from './support/faulty-requests.ts'
import { openHarness, type InterleavedHarness } from './support/open-harness.ts'
import { OPERATIONS } from './support/operations.ts'

describe('The order of checks', () => {
  let harness: InterleavedHarness

  beforeEach(() => {
    harness = openHarness()
  })

  for (const { name, refusals, prepare } of OPERATIONS) {
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
})
