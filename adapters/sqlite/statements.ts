import type { DatabaseSync } from 'node:sqlite'

/** Everything that is ever asked of a database that has its schema. */
export type Statements = ReturnType<typeof prepareStatements>

/** Compiled once, used for as long as the database is open. */
export function prepareStatements(db: DatabaseSync) {
  return {
    findByFactor: db.prepare(
      'SELECT backup_id FROM factors WHERE scope = :scope AND credential_reference = :credentialReference',
    ),
    backup: db.prepare('SELECT * FROM backups WHERE id = :id'),
    factors: db.prepare(
      'SELECT scope, id, created_at, credential, removal FROM factors WHERE backup_id = :id ORDER BY position',
    ),
    keys: db.prepare('SELECT encrypted_key FROM encrypted_keys WHERE backup_id = :id ORDER BY position'),
    revision: db.prepare('SELECT revision FROM backups WHERE id = :id'),
    consumption: db.prepare('SELECT commit_id, expires_at FROM consumptions WHERE key = :key'),

    // By key and not by rowid, which VACUUM gives out anew.
    listBackups: db.prepare('SELECT id FROM backups WHERE id > :after ORDER BY id LIMIT :limit'),
    listFactors: db.prepare(`
      SELECT scope, credential_reference, backup_id FROM factors
      WHERE (scope, credential_reference) > (:scope, :credentialReference)
      ORDER BY scope, credential_reference LIMIT :limit`),

    putBackup: db.prepare(`
      INSERT INTO backups (id, incarnation, revision, manifest_hash, blob, superseded_blobs, deletion)
      VALUES (:id, :incarnation, :revision, :manifestHash, :blob, :supersededBlobs, :deletion)
      ON CONFLICT (id) DO UPDATE SET
        incarnation = excluded.incarnation, revision = excluded.revision, manifest_hash = excluded.manifest_hash,
        blob = excluded.blob, superseded_blobs = excluded.superseded_blobs, deletion = excluded.deletion`),
    deleteBackup: db.prepare('DELETE FROM backups WHERE id = :id'),
    putFactor: db.prepare(`
      INSERT INTO factors (scope, credential_reference, backup_id, position, id, created_at, credential, removal)
      VALUES (:scope, :credentialReference, :backupId, :position, :id, :createdAt, :credential, :removal)
      ON CONFLICT (scope, credential_reference) DO UPDATE SET
        position = excluded.position, id = excluded.id, created_at = excluded.created_at,
        credential = excluded.credential, removal = excluded.removal`),
    deleteFactor: db.prepare(
      'DELETE FROM factors WHERE scope = :scope AND credential_reference = :credentialReference',
    ),
    putKey: db.prepare(`
      INSERT INTO encrypted_keys (backup_id, position, encrypted_key) VALUES (:backupId, :position, :encryptedKey)`),
    deleteKeys: db.prepare('DELETE FROM encrypted_keys WHERE backup_id = :id'),
    putConsumption: db.prepare(`
      INSERT INTO consumptions (key, commit_id, expires_at) VALUES (:key, :commitId, :expiresAt)
      ON CONFLICT (key) DO UPDATE SET commit_id = excluded.commit_id, expires_at = excluded.expires_at`),
    // A few at a time: more than a commit adds, too few to be felt.
    forgetConsumptions: db.prepare(`
      DELETE FROM consumptions
      WHERE key IN (SELECT key FROM consumptions WHERE expires_at <= :expiredBy ORDER BY expires_at LIMIT 16)`),
  }
}
