import { createHash } from 'node:crypto'
import type { Backup } from '../../domain/backup.ts'
import type { RemovedFactor } from '../../domain/deletion.ts'
import type { EncryptedBackupKey } from '../../domain/encrypted-backup-key.ts'
import type { Factor, FactorScope } from '../../domain/factor.ts'
import { withShortKey } from './short-blob-key.ts'
import type { Attributes } from './table-layout.ts'

/** An item beside the head: one factor, one encrypted key, or the key that went with a removed factor. */
export interface MemberItem {
  /** Of all items of the backup, this one's alone. */
  readonly sortKey: string
  /** What the head lists it as. */
  readonly name: string
  readonly content: Attributes
}

export interface Members {
  readonly mainFactors: readonly MemberItem[]
  readonly syncFactors: readonly MemberItem[]
  readonly keys: readonly MemberItem[]
  /** As they were: that they were removed is for the head to say. */
  readonly removedFactors: readonly MemberItem[]
  readonly removedKeys: readonly MemberItem[]
}

/** The sort key of what the head lists as `name`. */
export const memberSortKey = {
  mainFactors: (name: string) => `MAIN#${name}`,
  syncFactors: (name: string) => `SYNC#${name}`,
  keys: (name: string) => `KEY#${name}`,
  /** Named by the factor that it was removed with, so never taken for one in use. */
  removedKeys: (factorId: string) => `REMOVED-KEY#${factorId}`,
}

/** The items beside the head, in the order of what they stand for. */
export function memberItems({ state }: Backup): Members {
  return {
    mainFactors: state.mainFactors.map((factor) => factorItem('MAIN', factor)),
    syncFactors: state.syncFactors.map((factor) => factorItem('SYNC', factor)),
    keys: state.keys.map(keyItem),
    removedFactors: state.removedFactors.map(({ scope, factor }) => factorItem(scope, factor)),
    removedKeys: state.removedFactors.flatMap(removedKeyItem),
  }
}

export function allMembers(members: Members): readonly MemberItem[] {
  return [
    ...members.mainFactors,
    ...members.syncFactors,
    ...members.keys,
    ...members.removedFactors,
    ...members.removedKeys,
  ]
}

/** The head, except for what only the table knows: which items were rewritten, and by which commit. */
export function headAttributes(backup: Backup, revision: string): Attributes {
  const { id, incarnation, manifestHash, blob, supersededBlobs, deletion, removedFactors } = backup.state
  const { mainFactors, syncFactors, keys } = memberItems(backup)
  return {
    incarnation,
    revision,
    manifestHash,
    blob: JSON.stringify(withShortKey(id, blob)),
    supersededBlobs: JSON.stringify(supersededBlobs.map((superseded) => withShortKey(id, superseded))),
    mainFactors: mainFactors.map(({ name }) => name),
    syncFactors: syncFactors.map(({ name }) => name),
    keys: keys.map(({ name }) => name),
    ...(deletion !== undefined && { deletion: JSON.stringify(deletion) }),
    ...(removedFactors.length > 0 && { removedFactors: JSON.stringify(removedFactors.map(listedRemoval)) }),
  }
}

/** What is only there while a deletion can be undone: heads of the day, and of earlier releases, do without. */
export const PASSING_ATTRIBUTES: readonly string[] = ['deletion', 'removedFactors']

/** The head alone says that a factor was removed, so removing it and taking that back rewrites nothing else. */
function listedRemoval(removed: RemovedFactor): object {
  const { scope, factor, deletedBy, recoverableUntil } = removed
  const hasKey = removed.scope === 'MAIN' && removed.key !== undefined
  return { scope, factorId: factor.id, hasKey, deletedBy, recoverableUntil }
}

/** What clients name freely is inside JSON, which escapes what a DynamoDB string cannot hold. */
function factorItem(scope: FactorScope, { id, createdAt, credential }: Factor): MemberItem {
  const list = scope === 'MAIN' ? 'mainFactors' : 'syncFactors'
  return {
    sortKey: memberSortKey[list](id),
    name: id,
    content: { createdAt, credential: JSON.stringify(credential) },
  }
}

/** A key has no id. Named by its kind alone, one that went and one that came later could be taken for each other. */
function keyItem(key: EncryptedBackupKey): MemberItem {
  const digest = createHash('sha256')
    .update(JSON.stringify([key.kind, key.encryptedKey]))
    .digest('base64url')
  const name = `${key.kind}#${digest.slice(0, 22)}` // 128 bits and a little
  return { sortKey: memberSortKey.keys(name), name, content: { encryptedKey: JSON.stringify(key) } }
}

function removedKeyItem(removed: RemovedFactor): readonly MemberItem[] {
  if (removed.scope !== 'MAIN' || removed.key === undefined) return []
  const { id } = removed.factor
  return [{ sortKey: memberSortKey.removedKeys(id), name: id, content: { encryptedKey: JSON.stringify(removed.key) } }]
}
