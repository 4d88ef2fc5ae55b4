import type { Units } from './dynamodb-metered-table.ts'
import type { S3Requests } from './s3-metered-blob-store.ts'

/** Dollars, as docs/storage-schema.md states them. */
export const PRICES_PER_MILLION = { readUnits: 0.125, writeUnits: 0.625, s3Puts: 5, s3Gets: 0.4, kmsRequests: 3 }
export const PRICES_PER_GIGABYTE_MONTH = { table: 0.25, recovery: 0.2 }

/** What DynamoDB adds to each item where it charges for keeping it. */
export const STORED_ITEM_OVERHEAD_BYTES = 100

/** For a million operations. */
export function dollarsPerMillion({ read, write, put, get }: Units & S3Requests): number {
  const { readUnits, writeUnits, s3Puts, s3Gets } = PRICES_PER_MILLION
  return read * readUnits + write * writeUnits + put * s3Puts + get * s3Gets
}

export function dollars(amount: number): string {
  return `$${amount.toFixed(2)}`
}
