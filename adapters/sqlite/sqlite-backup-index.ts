import type { DatabaseSync } from 'node:sqlite'
import type {
  BackupChange,
  BackupIndex,
  Commit,
  CommitOutcome,
  ListedEntry,
  StoredBackup,
} from '../../application/ports/backup-index.ts'
import { StoreUnavailable } from '../../application/ports/store-unavailable.ts'
import { parseBackupId, type BackupId } from '../../domain/backup-id.ts'
import type { FactorReference } from '../../domain/factor.ts'
import { decideCommit, EXPIRED_CONSUMPTION_KEPT_SECONDS, type IndexSnapshot } from '../shared/commit-decision.ts'
import { factorRowChanges } from '../shared/factor-rows.ts'
import { storedInteger, storedText } from '../shared/stored-members.ts'
import {
  backupParameters,
  changedFactorParameters,
  keyParameters,
  readBackup,
  referenceParameters,
} from './backup-rows.ts'
import { GroupCommit } from './group-commit.ts'
import { listedBackups, listedFactorRows } from './listed-rows.ts'
import { openDatabase, openDatabaseAsItStands, type OpenOptions } from './open-database.ts'
import { endLeftoverTransaction } from './leftover-transaction.ts'
import { requireKnownVersion } from './schema.ts'
import { prepareStatements, type Statements } from './statements.ts'

/** In one SQLite file, which several processes of one machine may share. */
export class SqliteBackupIndex implements BackupIndex {
  readonly #db: DatabaseSync
  readonly #statements: Statements
  readonly #writer: GroupCommit
  #closing: Promise<void> | undefined

  /** As the transaction sees it that is asked from within. */
  readonly #snapshot: IndexSnapshot = {
    revision: (id) => {
      const row = this.#statements.revision.get({ id })
      return row && storedText(row, 'revision')
    },
    owner: (reference) => this.#owner(reference),
    consumption: (key) => {
      const row = this.#statements.consumption.get({ key })
      return row && { commitId: storedText(row, 'commit_id'), expiresAt: storedInteger(row, 'expires_at') }
    },
  }

  /** @param db as `openDatabase` gives it; no one else uses this connection */
  constructor(db: DatabaseSync) {
    this.#db = db
    this.#statements = prepareStatements(db)
    this.#writer = new GroupCommit(db)
  }

  /**
   * Opens the index kept in `file`, or starts an empty one there; brings an older file up to date.
   * @throws {MissingDatabase} unless `mayBeNew`
   * @throws {Error} saying what is wrong, such as that a newer release wrote the file
   */
  static async open(file: string, options?: Pick<OpenOptions, 'mayBeNew'>): Promise<SqliteBackupIndex> {
    return new SqliteBackupIndex(await openDatabase(file, options))
  }

  /**
   * Opens the index kept in `file` without bringing anything up to date.
   * @throws {Error} saying what is wrong, such as that another release wrote the file
   */
  static async openAsItStands(file: string): Promise<SqliteBackupIndex> {
    return new SqliteBackupIndex(await openDatabaseAsItStands(file))
  }

  async findByFactor(reference: FactorReference): Promise<BackupId | undefined> {
    return this.#read('SQLite findByFactor', () => this.#owner(reference))
  }

  async load(id: BackupId): Promise<StoredBackup | undefined> {
    return this.#read('SQLite load', () => {
      const rows = this.#atOneMoment(() => ({
        backup: this.#statements.backup.get({ id }),
        factors: this.#statements.factors.all({ id }),
        keys: this.#statements.keys.all({ id }),
      }))
      return rows.backup && readBackup({ ...rows, backup: rows.backup })
    })
  }

  async commit(commit: Commit): Promise<CommitOutcome> {
    return this.#writer.write(() => translateErrors('SQLite commit', () => this.#decideAndApply(commit)))
  }

  /** Each page is a statement of its own: a reader that stays open would keep the WAL from being checkpointed. */
  async *list(): AsyncGenerator<ListedEntry, void, undefined> {
    try {
      yield* listedBackups(this.#db, this.#statements)
      yield* listedFactorRows(this.#db, this.#statements)
    } catch (error) {
      throw new StoreUnavailable('SQLite list', { cause: error })
    }
  }

  async checkReadiness(): Promise<void> {
    this.#read('SQLite checkReadiness', () => {
      // Another process may have brought the file further since it was opened.
      requireKnownVersion(this.#db)
      this.#statements.revision.get({ id: '' })
    })
  }

  /**
   * What SQLite itself finds wrong with the file, each in a line that quotes nothing of what is kept. Reads all of it, also
   * what no list comes to.
   */
  integrityFaults(): readonly string[] {
    try {
      const lines = this.#db
        .prepare('PRAGMA integrity_check')
        .all()
        .map((row) => storedText(row, 'integrity_check'))
      return lines.filter((line) => line !== 'ok').map((line) => line.replaceAll(/\s+/g, ' '))
    } catch (error) {
      return [error instanceof Error ? error.message : 'unknown']
    }
  }

  /** Waits for the commits that are under way; every later call is refused as unavailable. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    await this.#writer.drain()
    try {
      endLeftoverTransaction(this.#db)
      // So that the file alone is complete and can be copied. Another process may prevent it; then that one does it.
      this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    } finally {
      this.#db.close()
    }
  }

  #read<Result>(operation: string, run: () => Result): Result {
    return translateErrors(operation, () => {
      endLeftoverTransaction(this.#db)
      return run()
    })
  }

  #owner(reference: FactorReference): BackupId | undefined {
    const row = this.#statements.findByFactor.get(referenceParameters(reference))
    return row && parseBackupId(storedText(row, 'backup_id'))
  }

  /** Another process may write between two statements, but not between those of one transaction. */
  #atOneMoment<Result>(read: () => Result): Result {
    this.#db.exec('BEGIN')
    try {
      return read()
    } finally {
      this.#db.exec('ROLLBACK')
    }
  }

  #decideAndApply(commit: Commit): CommitOutcome {
    const decision = decideCommit(commit, this.#snapshot)
    if (decision !== 'apply') return decision
    for (const { key, expiresAt } of commit.consume) {
      this.#statements.putConsumption.run({ key, commitId: commit.id, expiresAt })
    }
    this.#statements.forgetConsumptions.run({ expiredBy: commit.at - EXPIRED_CONSUMPTION_KEPT_SECONDS })
    if (commit.change !== undefined) this.#apply(commit.change, commit.id)
    return 'committed'
  }

  #apply(change: BackupChange, revision: string): void {
    if (change.kind === 'delete') {
      // Takes its factors and keys with it.
      this.#statements.deleteBackup.run({ id: change.before.backup.id })
      return
    }
    const { after } = change
    const before = change.kind === 'replace' ? change.before.backup : undefined
    this.#statements.putBackup.run(backupParameters(after, revision))
    for (const row of factorRowChanges(change).removed) this.#statements.deleteFactor.run(referenceParameters(row))
    for (const row of changedFactorParameters(before, after)) this.#statements.putFactor.run(row)
    if (before?.state.keys === after.state.keys) return
    this.#statements.deleteKeys.run({ id: after.id })
    for (const row of keyParameters(after)) this.#statements.putKey.run(row)
  }
}

/** Whatever SQLite says, or whatever is wrong with what it gave back, stops here. */
function translateErrors<Result>(operation: string, run: () => Result): Result {
  try {
    return run()
  } catch (error) {
    throw new StoreUnavailable(operation, { cause: error })
  }
}
