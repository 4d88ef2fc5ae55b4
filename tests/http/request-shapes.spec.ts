import { expect } from 'chai'
import type { ContractOperation } from '../support/http-contract.ts'
import { PAYLOAD_EXAMPLES, payloadRequest } from '../support/http-payloads.ts'
import { useSharedService } from '../support/http-service.ts'
import { memberFaults } from '../support/http-shape-faults.ts'

const REFUSED = '400 invalid_payload'

/** Whatever a member is, or is not, the answer is a refusal: the rows are generated from openapi.yaml. */
describe('Requests that are not as documented', () => {
  const service = useSharedService()

  async function outcomeOf(operation: ContractOperation, payload: unknown): Promise<string> {
    return (await service().http.send(payloadRequest(operation, JSON.stringify(payload)))).outcome
  }

  async function outcomesOf(operation: ContractOperation, payloads: Readonly<Record<string, unknown>>) {
    const outcomes = Object.entries(payloads).map(async ([title, payload]): Promise<[string, string]> => [
      title,
      await outcomeOf(operation, payload),
    ])
    return Object.fromEntries(await Promise.all(outcomes))
  }

  for (const { operation, name, schema, payload } of PAYLOAD_EXAMPLES) {
    describe(`${operation.path}, as in the example ${name}`, () => {
      /** What the example itself is told: its proofs are no good, but that is asked after its shape. */
      let regular: string

      before(async () => {
        regular = await outcomeOf(operation, payload)
      })

      it('has a shape that is accepted', () => {
        expect(regular).to.match(/^(200|400 jwt_error|404 not_found)$/)
      })

      it('may have unknown members', async () => {
        const more = { ...(payload as object), unknown: null, '': {}, 'a b': [1, 2.5, -3e7, true, 'x'] }
        expect(await outcomeOf(operation, more)).to.equal(regular)
      })

      for (const { member, refused, taken } of memberFaults(schema, payload)) {
        it(`needs ${member} as documented`, async () => {
          expect(await outcomesOf(operation, refused)).to.deep.equal(all(refused, REFUSED))
          expect(await outcomesOf(operation, taken)).to.deep.equal(all(taken, regular))
        })
      }
    })
  }
})

function all(titles: Readonly<Record<string, unknown>>, outcome: string): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.keys(titles).map((title) => [title, outcome]))
}
