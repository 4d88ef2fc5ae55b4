import type { Commit } from '../../../../application/ports/backup-index.ts'
import type { BackupState } from '../../../../domain/backup-state.ts'
import { Violation } from './violation.ts'

/** @throws {Violation} for a commit that leaves nothing */
export function stateAfter({ change }: Commit): BackupState {
  if (change === undefined || change.kind === 'delete') {
    throw new Violation(3, 'a backup was deleted by a request that was not about that')
  }
  return change.after.state
}
