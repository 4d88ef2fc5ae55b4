import type { CancellationReason } from '@aws-sdk/client-dynamodb'
import type { CommitOutcome } from '../../application/ports/backup-index.ts'
import type { Write } from './commit-transaction.ts'

/**
 * What a cancelled transaction means for its commit:
 * - `try-again`: something else was going on with one of the items, so nothing was decided;
 * - `unexplained`: for no reason that a commit can have.
 */
export type Verdict = CommitOutcome | 'try-again' | 'unexplained'

const PASSING_REASONS: readonly (string | undefined)[] = [
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
]

/**
 * @param writes what the transaction was made of, in this order
 * @param reasons one for each of them, `None` where nothing is wrong with it
 */
export function judgeCancellation(
  commitId: string,
  writes: readonly Write[],
  reasons: readonly CancellationReason[],
): Verdict {
  // All or nothing: one of the commit's own rows shows that it has happened.
  if (reasons.some(({ Item }) => Item?.commitId?.S === commitId)) return 'committed'
  for (const [at, { refusal }] of writes.entries()) {
    const code = reasons[at]?.Code
    // Before anything that counts less: what was not looked at might count more.
    if (PASSING_REASONS.includes(code)) return 'try-again'
    if (code === 'ConditionalCheckFailed') return refusal ?? 'unexplained'
    if (code !== 'None') return 'unexplained'
  }
  return 'unexplained'
}

/** Whether a consumption is said to be another commit's, so that the commit in question cannot have happened before. */
export function showsOtherConsumption(reasons: readonly CancellationReason[]): boolean {
  return reasons.some(({ Item }) => Item?.commitId?.S !== undefined)
}
