import type { DatabaseSync } from 'node:sqlite'
import { storedInteger } from '../shared/stored-members.ts'

/**
 * How a file comes from each version to the next; its version (`PRAGMA user_version`) is how many of these it has seen.
 * Only ever add at the end.
 *
 * Version 1: a factor is its own lookup row, so neither can exist without the other. A sync writes one small row of
 * `backups`; the factors, tens of kilobytes, are in a table of their own and stay untouched. What clients name freely
 * is inside JSON, which escapes what a SQLite text cannot hold.
 *
 * Version 2: what a sync factor deleted is kept for as long as that can be undone. A removed factor stays where it is,
 * so that its credential stays reserved; `removal` (JSON) says by whom and until when, and holds the key that went with
 * it.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE backups (
    id TEXT NOT NULL PRIMARY KEY,
    incarnation TEXT NOT NULL,
    revision TEXT NOT NULL,
    manifest_hash TEXT NOT NULL,
    blob TEXT NOT NULL,
    superseded_blobs TEXT NOT NULL
  ) STRICT;

  CREATE TABLE factors (
    scope TEXT NOT NULL,
    credential_reference TEXT NOT NULL,
    backup_id TEXT NOT NULL REFERENCES backups (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    credential TEXT NOT NULL,
    UNIQUE (scope, credential_reference)
  ) STRICT;
  CREATE INDEX factors_of_backup ON factors (backup_id, scope, position);

  CREATE TABLE encrypted_keys (
    backup_id TEXT NOT NULL REFERENCES backups (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    encrypted_key TEXT NOT NULL,
    PRIMARY KEY (backup_id, position)
  ) STRICT;

  CREATE TABLE consumptions (
    key TEXT NOT NULL PRIMARY KEY,
    commit_id TEXT NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX consumptions_by_expiry ON consumptions (expires_at);
  `,
  `
  ALTER TABLE backups ADD COLUMN deletion TEXT;
  ALTER TABLE factors ADD COLUMN removal TEXT;
  `,
]

/** @throws {Error} if a newer release wrote the file: it may mean what this one would destroy */
export function requireKnownVersion(db: DatabaseSync, migrations = MIGRATIONS): void {
  const version = schemaVersion(db)
  if (version <= migrations.length) return
  throw new Error(
    `${db.location() ?? 'the database'} has schema version ${version}, but this release knows no later one than ` +
      `${migrations.length}: start the release that wrote it, or a newer one`,
  )
}

/** @throws {Error} if the file is not of the version that this release works with: for those who must not change it */
export function requireCurrentVersion(db: DatabaseSync, migrations = MIGRATIONS): void {
  requireKnownVersion(db, migrations)
  const version = schemaVersion(db)
  if (version === migrations.length) return
  throw new Error(
    `${db.location() ?? 'the database'} has schema version ${version}, which this release brings to ` +
      `${migrations.length} when the service starts: start the service once`,
  )
}

/** Brings a file to the newest version, wholly or not at all. */
export function migrate(db: DatabaseSync, migrations = MIGRATIONS): void {
  if (schemaVersion(db) === migrations.length) return
  db.exec('BEGIN IMMEDIATE')
  try {
    // Again, now that nobody else can write: two processes may have started together.
    requireKnownVersion(db, migrations)
    for (const step of migrations.slice(schemaVersion(db))) db.exec(step)
    db.exec(`PRAGMA user_version = ${migrations.length}`)
    db.exec('COMMIT')
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}

export function schemaVersion(db: DatabaseSync): number {
  return storedInteger(db.prepare('PRAGMA user_version').get() ?? {}, 'user_version')
}
