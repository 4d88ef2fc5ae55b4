import { expect } from 'chai'
import type { DynamoDbBackupIndex } from '../../../adapters/dynamodb/dynamodb-backup-index.ts'
import { StoreUnavailable } from '../../../application/ports/store-unavailable.ts'
import { collect } from '../../support/byte-streams.ts'
import { openIndexOver } from '../../support/dynamodb-table.ts'
import { startWireServer, wireError, type WireAnswer, type WireServer } from '../../support/dynamodb-wire-server.ts'
import { rejectionOf } from '../../support/rejection.ts'
import { sampleBackup } from '../../support/sample-backups.ts'
import { creation, sampleCommit } from '../../support/sample-commits.ts'

const backup = sampleBackup()
const OK: WireAnswer = { status: 200, body: {} }

const CALLS: readonly (readonly [operation: string, call: (index: DynamoDbBackupIndex) => Promise<unknown>])[] = [
  ['DynamoDB GetItem', (index) => index.findByFactor(backup.factorReferences()[0]!)],
  ['DynamoDB Query', (index) => index.load(backup.id)],
  ['DynamoDB TransactWriteItems', (index) => index.commit(creation(backup))],
  ['DynamoDB PutItem', (index) => index.commit(sampleCommit())],
  ['DynamoDB Scan', (index) => collect(index.list())],
  ['DynamoDB DescribeTable', (index) => index.checkReadiness()],
]

const FAILURES: readonly (readonly [what: string, answer: WireAnswer])[] = [
  ...['ThrottlingException', 'ProvisionedThroughputExceededException', 'RequestLimitExceeded'].map(refusalRow),
  ...['AccessDeniedException', 'UnrecognizedClientException', 'ExpiredTokenException'].map(refusalRow),
  ...['ResourceNotFoundException', 'ValidationException', 'ItemCollectionSizeLimitExceededException'].map(refusalRow),
  ...['IdempotentParameterMismatchException', 'TransactionInProgressException'].map(refusalRow),
  ['an internal error', wireError('InternalServerError', {}, 500)],
  ['a service that is unavailable', { status: 503, body: '<html>' }],
  ['a body that is no JSON', { status: 200, body: '<html>' }],
  ['half an answer', 'half'],
  ['an answer that never comes to its point', 'trickle'],
  ['a connection that ends', 'drop'],
  ['no answer', 'hang'],
]

describe('DynamoDB: errors', () => {
  let server: WireServer
  let index: DynamoDbBackupIndex
  let answers: readonly WireAnswer[]

  beforeEach(async () => {
    server = await startWireServer((_request, earlier) => answers[Math.min(earlier.length, answers.length - 1)]!)
    index = openIndexOver(server.endpoint)
  })
  afterEach(async () => {
    index.close()
    await server.stop()
  })

  for (const [operation, call] of CALLS) {
    for (const [what, answer] of FAILURES) {
      it(`make ${operation} unavailable: ${what}`, async () => {
        answers = [answer]
        const hasty = openIndexOver(server.endpoint, { requestTimeout: 100 })
        const waits = typeof answer === 'string' && answer !== 'drop'
        const error = await rejectionOf(call(waits ? hasty : index))
        hasty.close()
        expect(error).to.be.instanceOf(StoreUnavailable).with.property('operation', operation)
        expect(error).to.have.property('message', 'the service is temporarily unavailable')
        expect(error).to.have.property('cause').that.is.instanceOf(Error)
      })
    }
  }

  it('make a call unavailable when nobody listens', async () => {
    await server.stop()
    answers = []
    expect(await rejectionOf(index.load(backup.id))).to.be.instanceOf(StoreUnavailable)
    server = await startWireServer(() => OK)
  })

  for (const [what, answer] of [
    ['an internal error', wireError('InternalServerError', {}, 500)],
    ['a service that is unavailable', { status: 503, body: '<html>' }],
    ['a connection that ends', 'drop'],
    ['no answer', 'hang'],
  ] as const) {
    it(`of the passing kind are retried with the same token: ${what}`, async () => {
      answers = [answer, OK]
      const patient = openIndexOver(server.endpoint, { requestTimeout: 1000, maxAttempts: 2 })
      const commit = creation(backup)
      expect(await patient.commit(commit)).to.equal('committed')
      const tokens = server.requests.map(({ body }) => body.ClientRequestToken)
      expect(tokens).to.deep.equal([commit.id, commit.id])
      patient.close()
    })
  }

  describe('of a mere consumption', () => {
    const commit = sampleCommit()
    const failed = (commitId?: string): WireAnswer =>
      wireError(
        'ConditionalCheckFailedException',
        commitId === undefined ? {} : { Item: { commitId: { S: commitId } } },
      )

    it('are a repetition where the row is its own', async () => {
      answers = [failed(commit.id)]
      expect(await index.commit(commit)).to.equal('committed')
    })

    it("are a refusal where the row is another commit's", async () => {
      answers = [failed(sampleCommit().id)]
      expect(await index.commit(commit)).to.equal('already-consumed')
    })

    it('are a refusal where the row is not shown', async () => {
      answers = [failed()]
      expect(await index.commit(commit)).to.equal('already-consumed')
    })

    it('are tried again while a transaction has the row', async () => {
      answers = [wireError('TransactionConflictException'), wireError('TransactionConflictException'), OK]
      expect(await index.commit(commit)).to.equal('committed')
      expect(server.requests.map(({ operation }) => operation)).to.deep.equal(['PutItem', 'PutItem', 'PutItem'])
    })

    it('are given up when a transaction never lets go of the row', async () => {
      answers = [wireError('TransactionConflictException')]
      expect(await rejectionOf(index.commit(commit))).to.be.instanceOf(StoreUnavailable)
    })
  })
})

function refusalRow(type: string): readonly [string, WireAnswer] {
  return [type, wireError(type)]
}
