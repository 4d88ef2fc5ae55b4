import type { BackupChange } from '../../application/ports/backup-index.ts'
import { allMembers, memberItems, type MemberItem } from './backup-items.ts'

/** What a change does to the items beside the head; one that stays as it is is in none of the lists. */
export interface MemberChanges {
  readonly added: readonly MemberItem[]
  /** There before, and now with other content. */
  readonly rewritten: readonly MemberItem[]
  readonly removed: readonly MemberItem[]
}

export function memberChanges(change: BackupChange): MemberChanges {
  const before = change.kind === 'create' ? [] : allMembers(memberItems(change.before.backup))
  const after = change.kind === 'delete' ? [] : allMembers(memberItems(change.after))
  const contentBefore = new Map(before.map((item) => [item.sortKey, JSON.stringify(item.content)]))
  const kept = new Set(after.map(({ sortKey }) => sortKey))
  return {
    added: after.filter(({ sortKey }) => !contentBefore.has(sortKey)),
    rewritten: after.filter(({ sortKey, content }) => {
      const earlier = contentBefore.get(sortKey)
      return earlier !== undefined && earlier !== JSON.stringify(content)
    }),
    removed: before.filter(({ sortKey }) => !kept.has(sortKey)),
  }
}
