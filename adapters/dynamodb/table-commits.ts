import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb'
import { GetCommand, PutCommand, TransactWriteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import type { Backoff } from '../../application/backoff.ts'
import type { Commit, CommitOutcome, Consumption } from '../../application/ports/backup-index.ts'
import type { Random } from '../../application/ports/random.ts'
import { judgeCancellation, showsOtherConsumption } from './cancelled-transaction.ts'
import { commitWrites, consumptionPut, type Write } from './commit-transaction.ts'
import { consumptionItemKey } from './table-layout.ts'

const MAX_ATTEMPTS = 8

interface Attempt {
  readonly outcome: CommitOutcome | 'try-again'
  /** The client had sent the same request before and got no answer to rely on, so that one may still be under way. */
  readonly resent: boolean
}

/**
 * Makes commits happen in a table. What keeps one from happening twice is its consumptions, which are written with it
 * and tell whose they are: that holds for as long as they last, where a `ClientRequestToken` is forgotten after 10
 * minutes.
 */
export class TableCommits {
  readonly #documents: DynamoDBDocumentClient
  readonly #tableName: string
  readonly #random: Pick<Random, 'uuid'>
  readonly #backoff: Backoff

  constructor(documents: DynamoDBDocumentClient, tableName: string, random: Pick<Random, 'uuid'>, backoff: Backoff) {
    this.#documents = documents
    this.#tableName = tableName
    this.#random = random
    this.#backoff = backoff
  }

  /** @throws {Error} the outcome is unknown */
  async commit(commit: Commit): Promise<CommitOutcome> {
    const [only] = commit.consume
    const attemptOnce = isMereConsumption(commit)
      ? () => this.#putConsumption(commit, only)
      : (token: string) => this.#transact(commit, token)
    let resent = false
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      // A token stands for a request and its result. What was cancelled is to be tried anew, not to be told again.
      const made = await attemptOnce(attempt === 1 ? commit.id : this.#random.uuid())
      resent ||= made.resent
      if (made.outcome === 'committed') return made.outcome
      if (made.outcome !== 'try-again') {
        if (!resent) return made.outcome
        // Nothing promises that the token of a cancelled transaction keeps what was sent before from coming true once
        // the obstacle is gone. Whoever repeats the commit then knows that its first attempt got no answer.
        throw new Error(`${made.outcome}, after a request that got no answer`)
      }
      if (attempt < MAX_ATTEMPTS) await this.#backoff.pause(attempt)
    }
    throw new Error(`${MAX_ATTEMPTS} attempts met other requests for the same items`)
  }

  async #transact(commit: Commit, token: string): Promise<Attempt> {
    const writes = commitWrites(this.#tableName, commit)
    try {
      const TransactItems = writes.map(({ item }) => item)
      await this.#documents.send(new TransactWriteCommand({ TransactItems, ClientRequestToken: token }))
      return { outcome: 'committed', resent: false }
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error
      return { outcome: await this.#judge(commit, writes, error), resent: (error.$metadata.attempts ?? 1) > 1 }
    }
  }

  async #judge(
    commit: Commit,
    writes: readonly Write[],
    cancelled: TransactionCanceledException,
  ): Promise<Attempt['outcome']> {
    const reasons = cancelled.CancellationReasons ?? []
    const verdict = judgeCancellation(commit.id, writes, reasons)
    if (verdict === 'unexplained') throw cancelled
    if (verdict === 'committed' || verdict === 'try-again' || showsOtherConsumption(reasons)) return verdict
    // It is not documented that a consumption is among the reasons when something else is.
    return (await this.#hasHappened(commit)) ? 'committed' : verdict
  }

  /** Half the price of a transaction of one; the condition alone makes it repeatable, and what is consumed stays so. */
  async #putConsumption(commit: Commit, consumption: Consumption): Promise<Attempt> {
    try {
      await this.#documents.send(new PutCommand(consumptionPut(this.#tableName, consumption, commit)))
      return { outcome: 'committed', resent: false }
    } catch (error) {
      if (error instanceof TransactionConflictException) return { outcome: 'try-again', resent: false }
      if (!(error instanceof ConditionalCheckFailedException)) throw error
      const outcome = error.Item?.commitId?.S === commit.id ? 'committed' : 'already-consumed'
      return { outcome, resent: false }
    }
  }

  async #hasHappened({ id, consume }: Commit): Promise<boolean> {
    const [first] = consume
    const Key = consumptionItemKey(first.key)
    const { Item } = await this.#documents.send(
      new GetCommand({ TableName: this.#tableName, Key, ConsistentRead: true }),
    )
    return Item?.commitId === id
  }
}

/** Whether a commit uses one thing up and does nothing else, for which a single write will do. */
export function isMereConsumption({ change, consume }: Commit): boolean {
  return change === undefined && consume.length === 1
}
