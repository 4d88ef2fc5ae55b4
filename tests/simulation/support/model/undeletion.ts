import type { Attempt } from '../engine/attempt.ts'
import type { ModelBackup, ModelDeletion, ModelRemoval } from './model-backup.ts'

/** @param at seconds since the epoch */
export function isRecoverable({ recoverableUntil }: ModelDeletion, at: number): boolean {
  return recoverableUntil > at
}

/** What of the removed factors may come back. */
export function recoverable({ removed }: ModelBackup, at: number): readonly ModelRemoval[] {
  return removed.filter((removal) => isRecoverable(removal, at))
}

/** Whether there is anything to undo. */
export function isUndeletable(backup: ModelBackup | undefined, at: number): boolean {
  if (backup === undefined) return false
  if (backup.deletion !== undefined) return isRecoverable(backup.deletion, at)
  return recoverable(backup, at).length > 0
}

/** Whether the attempt was made by a main factor that the backup has or had, when it can still be undone. */
export function mayUndelete(backup: ModelBackup | undefined, { request, begunAt }: Attempt): boolean {
  const { intent } = request
  if (backup === undefined || intent.kind !== 'undelete') return false
  if (backup.deletion !== undefined && !isRecoverable(backup.deletion, begunAt)) return false
  const removed = recoverable(backup, begunAt).filter(({ scope }) => scope === 'MAIN')
  const mains = [...backup.mainFactors, ...removed.map(({ factor }) => factor)]
  return mains.some(({ credential }) => credential === intent.by.credential)
}
