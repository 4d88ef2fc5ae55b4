import { createHash } from 'node:crypto'
import type { BackupChange } from '../../application/ports/backup-index.ts'
import type { Backup } from '../../domain/backup.ts'
import type { FactorReference } from '../../domain/factor.ts'

/** What a change does to the rows that backups are found by; a row that stays is in neither list. */
export interface FactorRowChanges {
  readonly added: readonly FactorReference[]
  readonly removed: readonly FactorReference[]
}

/** What a row is for, as it is stored: not taken for a reference unless it equals one. */
export interface StoredReference {
  readonly scope: string
  readonly credential: string
}

/** One text for each row there can be: the same credential in the other scope is another row. */
export function factorRowKey({ scope, credential }: FactorReference | StoredReference): string {
  return `${scope}#${credential}`
}

/**
 * The same for where others see it. A credential id has up to 1364 characters, and an account's subject is nobody's
 * business. Hashed, they are short and say nothing.
 */
export function factorRowName(reference: FactorReference | StoredReference): string {
  return `${reference.scope}#${createHash('sha256').update(factorRowKey(reference)).digest('hex')}`
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
