import type { BackupChange } from '../../application/ports/backup-index.ts'
import type { Backup } from '../../domain/backup.ts'
import type { FactorReference } from '../../domain/factor.ts'

/** What a change does to the rows that backups are found by; a row that stays is in neither list. */
export interface FactorRowChanges {
  readonly added: readonly FactorReference[]
  readonly removed: readonly FactorReference[]
}

/** One text for each row there can be: the same credential in the other scope is another row. */
export function factorRowKey({ scope, credential }: FactorReference): string {
  return `${scope}#${credential}`
}

export function factorRowChanges(change: BackupChange): FactorRowChanges {
  const before = change.kind === 'create' ? [] : change.before.backup.factorReferences()
  const after = change.kind === 'delete' ? [] : change.after.factorReferences()
  return { added: difference(after, before), removed: difference(before, after) }
}

/** The backup that a change is about. */
export function changedBackup(change: BackupChange): Backup {
  return change.kind === 'create' ? change.after : change.before.backup
}

function difference(rows: readonly FactorReference[], others: readonly FactorReference[]): readonly FactorReference[] {
  const keys = new Set(others.map(factorRowKey))
  return rows.filter((row) => !keys.has(factorRowKey(row)))
}
