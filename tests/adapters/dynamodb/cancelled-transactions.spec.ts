import { expect } from 'chai'
import { StoreUnavailable } from '../../../application/ports/store-unavailable.ts'
import type { Commit } from '../../../application/ports/backup-index.ts'
import type { DynamoDbBackupIndex } from '../../../adapters/dynamodb/dynamodb-backup-index.ts'
import type { DynamoDbConnection } from '../../../adapters/dynamodb/dynamodb-client.ts'
import { openIndexOver } from '../../support/dynamodb-table.ts'
import {
  startWireServer,
  wireError,
  type WireAnswer,
  type WireTransactItem,
} from '../../support/dynamodb-wire-server.ts'
import { rejectionOf } from '../../support/rejection.ts'
import { sampleBackup, sampleEcKeypair, sampleFactor } from '../../support/sample-backups.ts'
import { creation, deletion, replacement, sampleCommit, sampleConsumption } from '../../support/sample-commits.ts'

/** What an item is there for. */
type Role = 'head' | 'added row' | 'consumption' | 'removed row' | 'member'

/** One reason for each role that has one; all others are `None`. */
type Reasons = Readonly<Partial<Record<Role, string>>>

const OTHER_COMMIT = sampleCommit().id

const stored = { backup: sampleBackup(), revision: sampleCommit().id }
const exchanged = stored.backup
  .withSyncFactor(sampleFactor(sampleEcKeypair()))
  .withoutFactor({ scope: 'SYNC', factorId: stored.backup.state.syncFactors[0]!.id })!

const CREATION = creation(sampleBackup())
const REPLACEMENT = replacement(stored, exchanged)
const DELETION = deletion(stored)
const CONSUMPTIONS = sampleCommit({ consume: [sampleConsumption(), sampleConsumption()] })

const FAILED = 'ConditionalCheckFailed'
const CONFLICT = 'TransactionConflict'

const DECIDED: readonly (readonly [outcome: string, commit: Commit, reasons: Reasons])[] = [
  ['backup-exists', CREATION, { head: FAILED }],
  ['stale', REPLACEMENT, { head: FAILED }],
  ['stale', DELETION, { head: FAILED }],
  ['factor-taken', CREATION, { 'added row': FAILED }],
  ['factor-taken', REPLACEMENT, { 'added row': FAILED }],
  ['already-consumed', REPLACEMENT, { consumption: FAILED }],
  ['already-consumed', CONSUMPTIONS, { consumption: FAILED }],
  ['backup-exists', CREATION, { head: FAILED, 'added row': FAILED, consumption: FAILED }],
  ['stale', REPLACEMENT, { head: FAILED, 'added row': FAILED, consumption: FAILED, 'removed row': FAILED }],
  ['stale', DELETION, { head: FAILED, 'removed row': FAILED }],
  ['factor-taken', REPLACEMENT, { 'added row': FAILED, consumption: FAILED }],
  ['stale', REPLACEMENT, { head: FAILED, 'added row': CONFLICT, member: CONFLICT }],
  ['factor-taken', REPLACEMENT, { 'added row': FAILED, consumption: CONFLICT }],
  ['already-consumed', REPLACEMENT, { consumption: FAILED, member: CONFLICT }],
]

const UNDECIDED: readonly (readonly [what: string, commit: Commit, reasons: Reasons])[] = [
  ['a conflict at the head', REPLACEMENT, { head: CONFLICT }],
  ['a conflict at a row', REPLACEMENT, { 'added row': CONFLICT }],
  ['a conflict at a consumption', CONSUMPTIONS, { consumption: CONFLICT }],
  ['a conflict at a member', REPLACEMENT, { member: CONFLICT }],
  ['a conflict at the head beside a used consumption', REPLACEMENT, { head: CONFLICT, consumption: FAILED }],
  ['a conflict at a row beside a used consumption', REPLACEMENT, { 'added row': CONFLICT, consumption: FAILED }],
  ['throttling', CREATION, { member: 'ThrottlingError' }],
  ['exceeded throughput', DELETION, { head: 'ProvisionedThroughputExceeded' }],
]

const UNEXPLAINED: readonly (readonly [what: string, commit: Commit, reasons: Reasons])[] = [
  ['a validation error', CREATION, { member: 'ValidationError' }],
  ['a validation error of a consumption beside another', CONSUMPTIONS, { consumption: 'ValidationError' }],
  ['an item collection that is too large', REPLACEMENT, { head: 'ItemCollectionSizeLimitExceeded' }],
  ['a reason that is not known', REPLACEMENT, { consumption: 'SomethingNew' }],
  ['a reason that is not known beside a used consumption', REPLACEMENT, { head: 'SomethingNew', consumption: FAILED }],
  ['a row that is to go but leads elsewhere', DELETION, { 'removed row': FAILED }],
  ['no reason at all', REPLACEMENT, {}],
]

describe('DynamoDB: cancelled transactions', () => {
  for (const [outcome, commit, reasons] of DECIDED) {
    it(`are ${outcome} for ${commit.change?.kind ?? 'consumptions'} with ${describeReasons(reasons)}`, async () => {
      await withServer(cancelling(reasons, OTHER_COMMIT), async (index) => {
        expect(await index.commit(commit)).to.equal(outcome)
      })
    })
  }

  for (const commit of [CREATION, REPLACEMENT, DELETION, CONSUMPTIONS]) {
    it(`are a repetition of ${commit.change?.kind ?? 'consumptions'} where its own consumption is found`, async () => {
      const reasons = { head: FAILED, 'added row': FAILED, consumption: FAILED, 'removed row': FAILED }
      await withServer(cancelling(reasons, commit.id), async (index) => {
        expect(await index.commit(commit)).to.equal('committed')
      })
    })
  }

  it('are a repetition where only a look at the consumption shows it', async () => {
    const cancel = cancelling({ head: FAILED }, OTHER_COMMIT)
    const answer = (request: Parameters<typeof cancel>[0]): WireAnswer =>
      request.operation === 'GetItem'
        ? { status: 200, body: { Item: { commitId: { S: REPLACEMENT.id } } } }
        : cancel(request)
    await withServer(answer, async (index) => {
      expect(await index.commit(REPLACEMENT)).to.equal('committed')
    })
  })

  it("are not looked into where a consumption is said to be another commit's", async () => {
    await withServer(cancelling({ head: FAILED, consumption: FAILED }, OTHER_COMMIT), async (index, requests) => {
      expect(await index.commit(REPLACEMENT)).to.equal('stale')
      expect(requests).to.have.length(1)
    })
  })

  for (const [outcome, commit, reasons] of DECIDED.slice(0, 7)) {
    it(`are no refusal yet, as ${outcome} for ${commit.change?.kind ?? 'consumptions'}, where an earlier request got no answer`, async () => {
      const cancel = cancelling(reasons, OTHER_COMMIT)
      const answer = (request: Parameters<typeof cancel>[0], earlier: readonly unknown[]): WireAnswer =>
        earlier.length === 0 ? 'drop' : cancel(request)
      await withServer(
        answer,
        async (index) => {
          expect(await rejectionOf(index.commit(commit))).to.be.instanceOf(StoreUnavailable)
          expect(await index.commit(commit)).to.equal(outcome)
        },
        { maxAttempts: 2 },
      )
    })
  }

  it('are no refusal yet where the request without an answer came before a conflict', async () => {
    const [conflict, refuse] = [cancelling({ head: CONFLICT }, ''), cancelling({ 'added row': FAILED }, '')]
    const answer = (request: Parameters<typeof refuse>[0], earlier: readonly unknown[]): WireAnswer =>
      earlier.length === 0 ? 'drop' : earlier.length === 1 ? conflict(request) : refuse(request)
    await withServer(
      answer,
      async (index) => {
        expect(await rejectionOf(index.commit(CREATION))).to.be.instanceOf(StoreUnavailable)
      },
      { maxAttempts: 2 },
    )
  })

  for (const [what, commit, reasons] of UNDECIDED) {
    it(`are tried again after ${what}`, async () => {
      const cancel = cancelling(reasons, OTHER_COMMIT)
      const answer = (request: Parameters<typeof cancel>[0], earlier: readonly unknown[]): WireAnswer =>
        earlier.length < 2 ? cancel(request) : { status: 200, body: {} }
      await withServer(answer, async (index, requests) => {
        expect(await index.commit(commit)).to.equal('committed')
        expect(requests).to.have.length(3)
      })
    })
  }

  it('are tried again as new requests: the first has the token of the commit, no other has it', async () => {
    const cancel = cancelling({ head: CONFLICT }, OTHER_COMMIT)
    await withServer(cancel, async (index, requests) => {
      await rejectionOf(index.commit(REPLACEMENT))
      const tokens = requests.map(({ body }) => body.ClientRequestToken)
      expect(tokens[0]).to.equal(REPLACEMENT.id)
      expect(new Set(tokens).size).to.equal(tokens.length)
    })
  })

  it('are given up when others never let go', async () => {
    await withServer(cancelling({ head: CONFLICT }, OTHER_COMMIT), async (index, requests) => {
      expect(await rejectionOf(index.commit(REPLACEMENT))).to.be.instanceOf(StoreUnavailable)
      expect(requests).to.have.length(8)
    })
  })

  for (const [what, commit, reasons] of UNEXPLAINED) {
    it(`are no outcome for ${what}, and not tried again`, async () => {
      await withServer(cancelling(reasons, OTHER_COMMIT), async (index, requests) => {
        const error = await rejectionOf(index.commit(commit))
        expect(error).to.be.instanceOf(StoreUnavailable).with.property('operation', 'DynamoDB TransactWriteItems')
        expect(requests).to.have.length(1)
      })
    })
  }
})

async function withServer(
  answer: Parameters<typeof startWireServer>[0],
  use: (index: DynamoDbBackupIndex, requests: Awaited<ReturnType<typeof startWireServer>>['requests']) => Promise<void>,
  connection: DynamoDbConnection = {},
): Promise<void> {
  const server = await startWireServer(answer)
  const index = openIndexOver(server.endpoint, connection)
  try {
    await use(index, server.requests)
  } finally {
    index.close()
    await server.stop()
  }
}

/** Cancels every transaction, and has no item to show otherwise. */
function cancelling(reasons: Reasons, recordedCommit: string) {
  return ({ operation, body }: { operation: string; body: { TransactItems?: readonly WireTransactItem[] } }) => {
    if (operation !== 'TransactWriteItems') return { status: 200, body: {} }
    const CancellationReasons = body.TransactItems?.map((item) => {
      const role = roleOf(item)
      const Code = reasons[role] ?? 'None'
      // As asked for: only consumptions want their old item.
      const shown = Code === FAILED && role === 'consumption'
      return { Code, ...(shown ? { Item: { commitId: { S: recordedCommit }, expiresAt: { N: '9' } } } : {}) }
    })
    return wireError('TransactionCanceledException', { CancellationReasons })
  }
}

function roleOf({ Put, Update, Delete }: WireTransactItem): Role {
  const sortKey = (Put?.Item ?? Update?.Key ?? Delete?.Key)?.SK?.S
  if (sortKey === 'HEAD') return 'head'
  if (sortKey === 'COMMIT') return 'consumption'
  if (sortKey === 'OWNER') return Put === undefined ? 'removed row' : 'added row'
  return 'member'
}

function describeReasons(reasons: Reasons): string {
  return Object.entries(reasons)
    .map(([role, code]) => `${role} ${code}`)
    .join(', ')
}
