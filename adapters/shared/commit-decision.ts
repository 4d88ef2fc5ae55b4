import type { BackupChange, Commit, CommitOutcome } from '../../application/ports/backup-index.ts'
import type { BackupId } from '../../domain/backup-id.ts'
import type { FactorReference } from '../../domain/factor.ts'
import { changedBackup, factorRowChanges } from './factor-rows.ts'

/**
 * How long an index keeps a consumption at least, once it has expired. It blocks nobody any more, but still tells a
 * repetition that was slow to come.
 */
export const EXPIRED_CONSUMPTION_KEPT_SECONDS = 3600

/** A consumption as an index keeps it: the commit's id is what tells a repetition from a second use. */
export interface RecordedConsumption {
  readonly commitId: string
  /** Seconds since the epoch. */
  readonly expiresAt: number
}

/** An index as it stands while nothing else can change it. */
export interface IndexSnapshot {
  /** Of the backup with this id, if there is one. */
  revision(id: BackupId): string | undefined
  /** The backup that this factor leads to. */
  owner(reference: FactorReference): BackupId | undefined
  /** Whether it has expired is not the snapshot's to say. */
  consumption(key: string): RecordedConsumption | undefined
}

/** `apply`: nothing stands against the commit and it has not happened yet. */
export type CommitDecision = CommitOutcome | 'apply'

/** What becomes of a commit, where one place can see everything at once and write before anyone else does. */
export function decideCommit(commit: Commit, snapshot: IndexSnapshot): CommitDecision {
  // First: a repetition would otherwise find its own effects and take them for a lost race.
  if (hasHappened(commit, snapshot)) return 'committed'
  const refusal = commit.change && refuseChange(commit.change, snapshot)
  if (refusal !== undefined) return refusal
  return commit.consume.some(({ key }) => isConsumed(key, commit.at, snapshot)) ? 'already-consumed' : 'apply'
}

/** A commit is all or nothing, so its consumptions stand for everything else that it did. */
function hasHappened({ id, consume }: Commit, snapshot: IndexSnapshot): boolean {
  return consume.every(({ key }) => snapshot.consumption(key)?.commitId === id)
}

function refuseChange(change: BackupChange, snapshot: IndexSnapshot): CommitOutcome | undefined {
  const { id } = changedBackup(change)
  const revision = snapshot.revision(id)
  if (change.kind === 'create' && revision !== undefined) return 'backup-exists'
  if (change.kind !== 'create' && revision !== change.before.revision) return 'stale'
  const taken = factorRowChanges(change).added.some((row) => (snapshot.owner(row) ?? id) !== id)
  return taken ? 'factor-taken' : undefined
}

function isConsumed(key: string, at: number, snapshot: IndexSnapshot): boolean {
  const recorded = snapshot.consumption(key)
  return recorded !== undefined && recorded.expiresAt > at
}
