import type { Write } from '../../adapters/dynamodb/commit-transaction.ts'
import type { ItemKey, ItemValue } from '../../adapters/dynamodb/table-layout.ts'
import { itemSize } from './dynamodb-item-size.ts'

export type TableItem = Record<string, ItemValue> & ItemKey

/** What of DynamoDB's on-demand mode is paid for. */
export interface Units {
  readonly read: number
  readonly write: number
}

export const READ_UNIT_BYTES = 4096
const WRITE_UNIT_BYTES = 1024

/** The items of a table and what it costs to read and write them: what DynamoDB does, without its server. */
export class MeteredTable {
  readonly #items = new Map<string, TableItem>()

  items(PK: string): readonly TableItem[] {
    return [...this.#items.values()].filter((item) => item.PK === PK)
  }

  /** Strongly consistent. Finding nothing costs a unit too. */
  getUnits({ PK, SK }: ItemKey): Units {
    return readUnits(sizeOf(this.#items.get(nameOf({ PK, SK }))))
  }

  /** Strongly consistent, of all items together. */
  queryUnits(PK: string): Units {
    return readUnits(this.items(PK).reduce((bytes, item) => bytes + itemSize(item), 0))
  }

  /** Twice what the items cost one by one. */
  transact(writes: readonly Write[]): Units {
    return { read: 0, write: 2 * writes.reduce((units, { item }) => units + this.write(item), 0) }
  }

  /** The larger of what was there and what is there then counts. */
  write({ Put, Update, Delete }: Write['item']): number {
    const key = (Put?.Item ?? Update?.Key ?? Delete?.Key) as ItemKey
    const before = this.#items.get(nameOf(key))
    const after = Put === undefined ? Update && updated(before, Update) : (Put.Item as TableItem)
    if (after === undefined) this.#items.delete(nameOf(key))
    else this.#items.set(nameOf(key), after)
    return Math.max(1, Math.ceil(Math.max(sizeOf(before), sizeOf(after)) / WRITE_UNIT_BYTES))
  }
}

/** What the adapter's update expressions do. */
function updated(
  before: TableItem | undefined,
  { ExpressionAttributeNames = {}, ExpressionAttributeValues = {} }: NonNullable<Write['item']['Update']>,
): TableItem {
  if (before === undefined) throw new Error('what is updated is there')
  const values = ExpressionAttributeValues as Record<string, ItemValue>
  const rewritten = { ...(before.rewritten as Record<string, string>) }
  const set: Record<string, ItemValue> = {}
  for (const [placeholder, name] of Object.entries(ExpressionAttributeNames)) {
    const value = values[`:${name}`]
    if (placeholder.startsWith('#removed')) Reflect.deleteProperty(rewritten, name)
    else if (placeholder !== '#rewritten' && placeholder.startsWith('#rewritten'))
      rewritten[name] = values[':revision'] as string
    else if (value !== undefined) set[name] = value
  }
  return { ...before, ...set, rewritten }
}

function readUnits(bytes: number): Units {
  return { read: Math.max(1, Math.ceil(bytes / READ_UNIT_BYTES)), write: 0 }
}

function sizeOf(item: TableItem | undefined): number {
  return item === undefined ? 0 : itemSize(item)
}

function nameOf({ PK, SK }: ItemKey): string {
  return `${PK} ${SK}`
}
