import type { PutCommandInput, TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb'
import type { BackupChange, Commit, CommitOutcome, Consumption } from '../../application/ports/backup-index.ts'
import type { Backup } from '../../domain/backup.ts'
import type { FactorReference } from '../../domain/factor.ts'
import { EXPIRED_CONSUMPTION_KEPT_SECONDS } from '../shared/commit-decision.ts'
import { changedBackup, factorRowChanges } from '../shared/factor-rows.ts'
import { headAttributes, PASSING_ATTRIBUTES } from './backup-items.ts'
import { memberChanges } from './member-changes.ts'
import { consumptionItemKey, factorRowItemKey, headKey, TIME_TO_LIVE_ATTRIBUTE } from './table-layout.ts'

type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number]
type Put = NonNullable<TransactItem['Put']>

/** One item that a commit writes, if its condition is met. */
export interface Write {
  readonly item: TransactItem
  /** What it means when the condition is not met; nothing that can happen, where absent. */
  readonly refusal?: Exclude<CommitOutcome, 'committed'>
}

/** All that a commit writes, in the order in which a refusal counts. No item twice, as a transaction wants it. */
export function commitWrites(tableName: string, commit: Commit): readonly Write[] {
  const builder = new WriteBuilder(tableName)
  const consumptions = commit.consume.map((consumption) => builder.consume(consumption, commit))
  const { change } = commit
  if (change === undefined) return consumptions
  const { id } = changedBackup(change)
  const rows = factorRowChanges(change)
  return [
    builder.head(change, commit.id),
    ...rows.added.map((row) => builder.addFactorRow(row, id)),
    ...consumptions,
    ...rows.removed.map((row) => builder.removeFactorRow(row, id)),
    ...builder.members(change, commit.id),
  ]
}

/** The write that uses one thing up, for a commit that does nothing else. */
export function consumptionPut(tableName: string, consumption: Consumption, commit: Commit): PutCommandInput {
  return new WriteBuilder(tableName).consumption(consumption, commit)
}

class WriteBuilder {
  readonly #TableName: string

  constructor(tableName: string) {
    this.#TableName = tableName
  }

  /** The condition keeps two writers of one backup apart, also for its factors and keys, which have no condition. */
  head(change: BackupChange, commitId: string): Write {
    const [TableName, key] = [this.#TableName, headKey(changedBackup(change).id)]
    const isUnchanged = { ConditionExpression: 'revision = :before' }
    switch (change.kind) {
      case 'create': {
        const Item = { ...key, ...headAttributes(change.after, commitId), rewritten: {} }
        const ConditionExpression = 'attribute_not_exists(PK)'
        return { item: { Put: { TableName, Item, ConditionExpression } }, refusal: 'backup-exists' }
      }
      case 'replace': {
        const Update = { TableName, Key: key, ...isUnchanged, ...headUpdate(change, commitId) }
        return { item: { Update }, refusal: 'stale' }
      }
      case 'delete': {
        const ExpressionAttributeValues = { ':before': change.before.revision }
        return {
          item: { Delete: { TableName, Key: key, ...isUnchanged, ExpressionAttributeValues } },
          refusal: 'stale',
        }
      }
    }
  }

  addFactorRow(row: FactorReference, id: Backup['id']): Write {
    const Item = { ...factorRowItemKey(row), backupId: id }
    return { item: { Put: { TableName: this.#TableName, Item, ...ownedBy(id) } }, refusal: 'factor-taken' }
  }

  /** Fails only where a row leads elsewhere while the backup holds its factor: then nobody's row is taken away. */
  removeFactorRow(row: FactorReference, id: Backup['id']): Write {
    return { item: { Delete: { TableName: this.#TableName, Key: factorRowItemKey(row), ...ownedBy(id) } } }
  }

  consume(consumption: Consumption, commit: Commit): Write {
    return { item: { Put: this.consumption(consumption, commit) }, refusal: 'already-consumed' }
  }

  /** DynamoDB removes expired items days late, so whether one has expired is checked here. */
  consumption({ key, expiresAt }: Consumption, { id: commitId, at }: Commit): Put {
    return {
      TableName: this.#TableName,
      Item: {
        ...consumptionItemKey(key),
        commitId,
        expiresAt,
        [TIME_TO_LIVE_ATTRIBUTE]: expiresAt + EXPIRED_CONSUMPTION_KEPT_SECONDS,
      },
      ConditionExpression: 'attribute_not_exists(PK) OR expiresAt <= :at',
      ExpressionAttributeValues: { ':at': at },
      // So that a repetition finds its own commit's id.
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    }
  }

  members(change: BackupChange, commitId: string): readonly Write[] {
    const TableName = this.#TableName
    const { id: PK } = changedBackup(change)
    const { added, rewritten, removed } = memberChanges(change)
    return [
      ...added.map(({ sortKey: SK, content }) => ({ Put: { TableName, Item: { PK, SK, ...content } } })),
      ...rewritten.map(({ sortKey: SK, content }) => ({
        Put: { TableName, Item: { PK, SK, ...content, rewrittenBy: commitId } },
      })),
      ...removed.map(({ sortKey: SK }) => ({ Delete: { TableName, Key: { PK, SK } } })),
    ].map((item) => ({ item }))
  }
}

type Replacement = Extract<BackupChange, { kind: 'replace' }>

/** An update and not a put: of what was rewritten earlier, only the table knows. */
function headUpdate(change: Replacement, commitId: string) {
  const head = headAttributes(change.after, commitId)
  const attributes = Object.entries(head)
  const headBefore = headAttributes(change.before.backup, change.before.revision)
  const passed = PASSING_ATTRIBUTES.filter((name) => name in headBefore && !(name in head))
  const { rewritten, removed } = memberChanges(change)
  const sets = [
    ...attributes.map(([name]) => `#${name} = :${name}`),
    ...rewritten.map((_, at) => `#rewritten.#rewritten${at} = :revision`),
  ]
  const removals = [...passed.map((name) => `#${name}`), ...removed.map((_, at) => `#rewritten.#removed${at}`)]
  return {
    UpdateExpression: `SET ${sets.join(', ')}${removals.length === 0 ? '' : ` REMOVE ${removals.join(', ')}`}`,
    ExpressionAttributeNames: {
      ...Object.fromEntries([...attributes.map(([name]) => name), ...passed].map((name) => [`#${name}`, name])),
      ...(rewritten.length + removed.length === 0 ? {} : { '#rewritten': 'rewritten' }),
      ...Object.fromEntries(rewritten.map(({ sortKey }, at) => [`#rewritten${at}`, sortKey])),
      ...Object.fromEntries(removed.map(({ sortKey }, at) => [`#removed${at}`, sortKey])),
    },
    ExpressionAttributeValues: {
      ':before': change.before.revision,
      ...Object.fromEntries(attributes.map(([name, value]) => [`:${name}`, value])),
    },
  }
}

function ownedBy(id: Backup['id']) {
  return {
    ConditionExpression: 'attribute_not_exists(PK) OR backupId = :backupId',
    ExpressionAttributeValues: { ':backupId': id },
  }
}
