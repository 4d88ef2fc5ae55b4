import { createHash } from 'node:crypto'
import type { BackupId } from '../../domain/backup-id.ts'
import type { FactorReference } from '../../domain/factor.ts'
import { factorRowName } from '../shared/factor-rows.ts'

/** Where an item is: both are strings, in a table of this layout. */
export interface ItemKey {
  readonly PK: string
  readonly SK: string
}

/** What DynamoDB can hold of what we write. */
export type ItemValue = string | number | readonly ItemValue[] | { readonly [name: string]: ItemValue }
export type Attributes = Readonly<Record<string, ItemValue>>

export const PARTITION_KEY = 'PK'
export const SORT_KEY = 'SK'
/** Seconds since the epoch; only consumptions have it. */
export const TIME_TO_LIVE_ATTRIBUTE = 'forgetAt'

/** The one item of a backup that every change rewrites. Sorts before all others of the backup. */
export const HEAD = 'HEAD'

export function headKey(id: BackupId): ItemKey {
  return { PK: id, SK: HEAD }
}

/** The one item of a factor row. */
export const OWNER = 'OWNER'

/**
 * Leads from a factor to its backup. Partition keys turn up in Contributor Insights and CloudTrail, so it is a hash.
 */
export function factorRowItemKey(reference: FactorReference): ItemKey {
  return { PK: factorRowName(reference), SK: OWNER }
}

/** Tells that something was used, and by which commit. */
export function consumptionItemKey(key: string): ItemKey {
  return { PK: `USED#${createHash('sha256').update(key).digest('hex')}`, SK: 'COMMIT' }
}
