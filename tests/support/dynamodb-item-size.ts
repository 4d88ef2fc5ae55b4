import type { ItemValue } from '../../adapters/dynamodb/table-layout.ts'

/** Bytes of an item as DynamoDB counts them: names and values, see "DynamoDB item sizes and formats" in its manual. */
export function itemSize(item: Readonly<Record<string, ItemValue>>): number {
  return Object.entries(item).reduce((bytes, [name, value]) => bytes + utf8(name) + valueSize(value), 0)
}

function valueSize(value: ItemValue): number {
  if (typeof value === 'string') return utf8(value)
  if (typeof value === 'number') return numberSize(value)
  // A list or a map: 3 bytes, and 1 more for each element.
  if (isList(value)) return value.reduce<number>((bytes, element) => bytes + 1 + valueSize(element), 3)
  return 3 + Object.keys(value).length + itemSize(value)
}

/** A byte for every two significant digits, and another one. */
function numberSize(value: number): number {
  return Math.ceil(`${Math.abs(value)}`.replace(/0+$/, '').length / 2) + 1
}

function isList(value: ItemValue): value is readonly ItemValue[] {
  return Array.isArray(value)
}

function utf8(text: string): number {
  return Buffer.byteLength(text)
}
