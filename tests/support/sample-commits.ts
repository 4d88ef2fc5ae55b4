import { randomUUID } from 'node:crypto'
import type { BackupIndex, Commit, Consumption, StoredBackup } from '../../application/ports/backup-index.ts'
import type { Backup } from '../../domain/backup.ts'
import { SAMPLE_TIME } from './sample-backups.ts'

const CHALLENGE_LIFETIME_SECONDS = 15 * 60

export function sampleConsumption(overrides: Partial<Consumption> = {}): Consumption {
  return { key: `challenge#${randomUUID()}`, expiresAt: SAMPLE_TIME + CHALLENGE_LIFETIME_SECONDS, ...overrides }
}

/** A commit of its own that consumes a challenge of its own. */
export function sampleCommit(overrides: Partial<Commit> = {}): Commit {
  return { id: randomUUID(), at: SAMPLE_TIME, consume: [sampleConsumption()], ...overrides }
}

export function creation(after: Backup, overrides: Partial<Commit> = {}): Commit {
  return sampleCommit({ change: { kind: 'create', after }, ...overrides })
}

export function replacement(before: StoredBackup, after: Backup, overrides: Partial<Commit> = {}): Commit {
  return sampleCommit({ change: { kind: 'replace', before, after }, ...overrides })
}

export function deletion(before: StoredBackup, overrides: Partial<Commit> = {}): Commit {
  return sampleCommit({ change: { kind: 'delete', before }, ...overrides })
}

/** Commits what cannot be refused, as the ground that a test stands on. */
export async function mustCommit(index: BackupIndex, commit: Commit): Promise<void> {
  const outcome = await index.commit(commit)
  if (outcome !== 'committed') throw new Error(`the test expected its own commit to succeed, not ${outcome}`)
}

/** The backup as it now stands in the index. */
export async function store(index: BackupIndex, backup: Backup): Promise<StoredBackup> {
  const commit = creation(backup)
  await mustCommit(index, commit)
  return { backup, revision: commit.id }
}

/** Puts `after` in the place of `before`. */
export async function replace(index: BackupIndex, before: StoredBackup, after: Backup): Promise<StoredBackup> {
  const commit = replacement(before, after)
  await mustCommit(index, commit)
  return { backup: after, revision: commit.id }
}
