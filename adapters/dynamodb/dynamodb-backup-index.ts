import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, GetCommand, paginateQuery, paginateScan } from '@aws-sdk/lib-dynamodb'
import { Backoff } from '../../application/backoff.ts'
import type {
  BackupIndex,
  Commit,
  CommitOutcome,
  ListedEntry,
  ListedFactorRow,
  StoredBackup,
} from '../../application/ports/backup-index.ts'
import type { Clock } from '../../application/ports/clock.ts'
import type { Random } from '../../application/ports/random.ts'
import { StoreUnavailable } from '../../application/ports/store-unavailable.ts'
import { parseBackupId, type BackupId } from '../../domain/backup-id.ts'
import type { FactorReference } from '../../domain/factor.ts'
import { storedText, type StoredMembers } from '../shared/stored-members.ts'
import { translateErrors } from '../shared/translate-errors.ts'
import { readBackup } from './read-backup.ts'
import { requireTable } from './require-table.ts'
import { isMereConsumption, TableCommits } from './table-commits.ts'
import { factorRowItemKey, HEAD, OWNER, type ItemKey } from './table-layout.ts'

export interface DynamoDbBackupIndexOptions {
  /** The index's own from now on. */
  readonly client: DynamoDBClient
  readonly tableName: string
  readonly clock: Pick<Clock, 'sleep'>
  readonly random: Pick<Random, 'fraction' | 'uuid'>
}

const PAUSES = { first: 20, longest: 400 } // milliseconds
const MAX_READS = 5

/** In one DynamoDB table, which any number of processes may share. See docs/storage-schema.md. */
export class DynamoDbBackupIndex implements BackupIndex {
  readonly #client: DynamoDBClient
  readonly #documents: DynamoDBDocumentClient
  readonly #tableName: string
  readonly #backoff: Backoff
  readonly #commits: TableCommits

  constructor({ client, tableName, clock, random }: DynamoDbBackupIndexOptions) {
    this.#client = client
    this.#documents = DynamoDBDocumentClient.from(client)
    this.#tableName = tableName
    this.#backoff = new Backoff(clock, random, PAUSES)
    this.#commits = new TableCommits(this.#documents, tableName, random, this.#backoff)
  }

  async findByFactor(reference: FactorReference): Promise<BackupId | undefined> {
    return translateErrors('DynamoDB GetItem', async () => {
      const Item = await this.#getItem(factorRowItemKey(reference))
      return Item && parseBackupId(storedText(Item, 'backupId'))
    })
  }

  /**
   * A query sees each item as some commit left it, but not all of them as the same one did: when the items do not fit
   * together, it was made in the midst of a commit and is made again.
   */
  async load(id: BackupId): Promise<StoredBackup | undefined> {
    return translateErrors('DynamoDB Query', async () => {
      for (let read = 1; read <= MAX_READS; read += 1) {
        const reading = readBackup(await this.#queryItems(id))
        if (reading.outcome === 'whole') return reading.stored
        if (reading.outcome === 'absent') return undefined
        if (read < MAX_READS) await this.#backoff.pause(read)
      }
      throw new Error('the items of a backup do not fit together: it never holds still, or it is damaged')
    })
  }

  async commit(commit: Commit): Promise<CommitOutcome> {
    const operation = isMereConsumption(commit) ? 'PutItem' : 'TransactWriteItems'
    return translateErrors(`DynamoDB ${operation}`, () => this.#commits.commit(commit))
  }

  /** Reads the whole table: what the filter leaves out is paid for as well. */
  async *list(): AsyncGenerator<ListedEntry, void, undefined> {
    const pages = paginateScan(
      { client: this.#documents },
      {
        TableName: this.#tableName,
        FilterExpression: 'SK IN (:head, :owner)',
        ProjectionExpression: 'PK, SK, backupId',
        ExpressionAttributeValues: { ':head': HEAD, ':owner': OWNER },
        ConsistentRead: true,
      },
    )
    try {
      for await (const { Items = [] } of pages) {
        for (const item of Items) yield this.#listed(item)
      }
    } catch (error) {
      throw new StoreUnavailable('DynamoDB Scan', { cause: error })
    }
  }

  async checkReadiness(): Promise<void> {
    await translateErrors('DynamoDB DescribeTable', () => requireTable(this.#client, this.#tableName))
  }

  /** Lets go of the connections. */
  close(): void {
    this.#client.destroy()
  }

  #listed(item: StoredMembers): ListedEntry {
    const [PK, SK] = [storedText(item, 'PK'), storedText(item, 'SK')]
    return SK === HEAD ? { kind: 'backup', id: PK } : this.#listedFactorRow({ PK, SK }, item)
  }

  #listedFactorRow(key: ItemKey, item: StoredMembers): ListedFactorRow {
    const backupId = ({ backupId: id }: StoredMembers): string => (typeof id === 'string' ? id : '')
    return {
      kind: 'factor-row',
      name: key.PK,
      backupId: backupId(item),
      isOf: (reference) => factorRowItemKey(reference).PK === key.PK,
      owner: () =>
        translateErrors('DynamoDB GetItem', async () => {
          const now = await this.#getItem(key)
          return now && backupId(now)
        }),
    }
  }

  async #getItem(key: ItemKey): Promise<StoredMembers | undefined> {
    const get = new GetCommand({ TableName: this.#tableName, Key: key, ConsistentRead: true })
    const { Item } = await this.#documents.send(get)
    return Item
  }

  async #queryItems(id: BackupId): Promise<readonly StoredMembers[]> {
    const items: StoredMembers[] = []
    const pages = paginateQuery(
      { client: this.#documents },
      {
        TableName: this.#tableName,
        KeyConditionExpression: 'PK = :id',
        ExpressionAttributeValues: { ':id': id },
        ConsistentRead: true,
      },
    )
    for await (const { Items } of pages) items.push(...(Items ?? []))
    return items
  }
}
