import { expect } from 'chai'
import { StoreUnavailable } from '../../../application/ports/store-unavailable.ts'
import { openIndexOver } from '../../support/dynamodb-table.ts'
import { ACTIVE_TABLE } from '../../support/dynamodb-table-description.ts'
import { startWireServer, wireError, type WireAnswer } from '../../support/dynamodb-wire-server.ts'
import { rejectionOf } from '../../support/rejection.ts'

const TIME_TO_LIVE = { TimeToLiveStatus: 'ENABLED', AttributeName: 'forgetAt' }

const READY: readonly (readonly [what: string, table: object, timeToLive: object])[] = [
  ['a table as it should be', {}, {}],
  ['a table that is being changed', { TableStatus: 'UPDATING' }, {}],
  ['time to live that is being turned on', {}, { TimeToLiveStatus: 'ENABLING' }],
]

const FAULTS: readonly (readonly [fault: string, table: object, timeToLive: object])[] = [
  ['is CREATING, not ACTIVE', { TableStatus: 'CREATING' }, {}],
  ['is DELETING, not ACTIVE', { TableStatus: 'DELETING' }, {}],
  [
    'has the key id HASH , SK RANGE S',
    { KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }, ACTIVE_TABLE.KeySchema[1]] },
    {},
  ],
  ['has the key PK HASH S where', { KeySchema: [ACTIVE_TABLE.KeySchema[0]] }, {}],
  [
    'has the key PK HASH N, SK RANGE S where PK HASH S, SK RANGE S is wanted',
    { AttributeDefinitions: [{ AttributeName: 'PK', AttributeType: 'N' }, ACTIVE_TABLE.AttributeDefinitions[1]] },
    {},
  ],
  ['has no time to live; it is wanted on forgetAt', {}, { TimeToLiveStatus: 'DISABLED' }],
  ['has no time to live', {}, { TimeToLiveStatus: 'DISABLING' }],
  ['has time to live on ttl; it is wanted on forgetAt', {}, { AttributeName: 'ttl' }],
]

describe('DynamoDB: readiness', () => {
  for (const [what, table, timeToLive] of READY) {
    it(`is given with ${what}`, () => check(describing(table, timeToLive)))
  }

  for (const [fault, table, timeToLive] of FAULTS) {
    it(`is refused: table ${fault}`, async () => {
      const error = await rejectionOf(check(describing(table, timeToLive)))
      expect(error).to.be.instanceOf(StoreUnavailable)
      expect(error).to.have.nested.property('cause.message').that.includes(`table table ${fault}`)
    })
  }

  it('is refused: there is no such table', async () => {
    const error = await rejectionOf(check(() => wireError('ResourceNotFoundException')))
    expect(error).to.have.nested.property('cause.message').that.includes('there is no table table')
  })
})

async function check(answer: Parameters<typeof startWireServer>[0]): Promise<void> {
  const server = await startWireServer(answer)
  const index = openIndexOver(server.endpoint)
  try {
    await index.checkReadiness()
  } finally {
    index.close()
    await server.stop()
  }
}

function describing(table: object, timeToLive: object) {
  return ({ operation }: { operation: string }): WireAnswer => {
    const Table = { ...ACTIVE_TABLE, ...table }
    const TimeToLiveDescription = { ...TIME_TO_LIVE, ...timeToLive }
    return { status: 200, body: operation === 'DescribeTable' ? { Table } : { TimeToLiveDescription } }
  }
}
