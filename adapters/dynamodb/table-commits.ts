import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb'
import { GetCommand, PutCommand, TransactWriteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import type { Commit, CommitOutcome, Consumption } from '../../application/ports/backup-index.ts'
import type { Random } from '../../application/ports/random.ts'
import type { Backoff } from '../shared/backoff.ts'
import { judgeCancellation, showsOtherConsumption } from './cancelled-transaction.ts'
import { commitWrites, consumptionPut } from './commit-transaction.ts'
import { consumptionItemKey } from './table-layout.ts'

const MAX_ATTEMPTS = 8

/**
 * Makes commits happen in a table. What keeps one from happening twice is its consumptions, which are written with it
 * and tell whose they are: that holds for as long as they last, where a `ClientRequestToken` is forgotten after 10 minutes.
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
    const [only, ...more] = commit.consume
    const attemptOnce =
      commit.change === undefined && only !== undefined && more.length === 0
        ? () => this.#putConsumption(commit, only)
        : (token: string) => this.#transact(commit, token)
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      // A token stands for a request and its result. What was cancelled is to be tried anew, not to be told again.
      const outcome = await attemptOnce(attempt === 1 ? commit.id : this.#random.uuid())
      if (outcome !== 'try-again') return outcome
      if (attempt < MAX_ATTEMPTS) await this.#backoff.pause(attempt)
    }
    throw new Error(`${MAX_ATTEMPTS} attempts met other requests for the same items`)
  }

  async #transact(commit: Commit, token: string): Promise<CommitOutcome | 'try-again'> {
    const writes = commitWrites(this.#tableName, commit)
    try {
      const TransactItems = writes.map(({ item }) => item)
      await this.#documents.send(new TransactWriteCommand({ TransactItems, ClientRequestToken: token }))
      return 'committed'
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error
      const reasons = error.CancellationReasons ?? []
      const verdict = judgeCancellation(commit.id, writes, reasons)
      if (verdict === 'unexplained') throw error
      if (verdict === 'committed' || verdict === 'try-again' || showsOtherConsumption(reasons)) return verdict
      // It is not documented that a consumption is among the reasons when something else is.
      return (await this.#hasHappened(commit)) ? 'committed' : verdict
    }
  }

  /** Half the price of a transaction of one; the condition alone makes it repeatable. */
  async #putConsumption(commit: Commit, consumption: Consumption): Promise<CommitOutcome | 'try-again'> {
    try {
      await this.#documents.send(new PutCommand(consumptionPut(this.#tableName, consumption, commit)))
      return 'committed'
    } catch (error) {
      if (error instanceof TransactionConflictException) return 'try-again'
      if (!(error instanceof ConditionalCheckFailedException)) throw error
      return error.Item?.commitId?.S === commit.id ? 'committed' : 'already-consumed'
    }
  }

  async #hasHappened({ id, consume }: Commit): Promise<boolean> {
    const [first] = consume
    if (first === undefined) return false
    const Key = consumptionItemKey(first.key)
    const { Item } = await this.#documents.send(
      new GetCommand({ TableName: this.#tableName, Key, ConsistentRead: true }),
    )
    return Item?.commitId === id
  }
}
