import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { makeDurableFolder } from '../shared/durable-folder.ts'
import { storedText } from '../shared/stored-members.ts'
import { connectImmutable, isImmutable } from './immutable-database.ts'
import { migrate, requireCurrentVersion, requireKnownVersion, schemaVersion } from './schema.ts'

/** How long to wait for another process that writes. The event loop stands still meanwhile, so not for long. */
const BUSY_TIMEOUT_MILLISECONDS = 5000

/** Switching to WAL does not always wait for others as everything else does, so it is tried again for as long. */
const WAL_PAUSE_MILLISECONDS = 50
const SQLITE_BUSY = 5

export interface OpenOptions {
  /** Whether a file that is missing or empty is made a new database. */
  readonly mayBeNew?: boolean
  /** What passes the time until others may be done. */
  readonly pause?: () => Promise<unknown>
}

/** There is no database, or nothing was ever put into it. */
export class MissingDatabase extends Error {}

/**
 * Opens a database file, or makes one, so that what is committed survives a power failure.
 * @throws {MissingDatabase} unless `mayBeNew`
 * @throws {Error} saying which file and what is wrong with it
 */
export async function openDatabase(file: string, { mayBeNew = true, pause }: OpenOptions = {}): Promise<DatabaseSync> {
  try {
    await makeDurableFolder(dirname(file))
    // Before SQLite makes one, which would be in the way of whoever puts the lost one back.
    if (!mayBeNew && !existsSync(file)) throw new MissingDatabase()
    const requireVersion = (db: DatabaseSync): void => {
      requireKnownVersion(db)
      if (!mayBeNew && schemaVersion(db) === 0) throw new MissingDatabase()
    }
    return await prepareDatabase(connect(file), requireVersion, pause)
  } catch (error) {
    if (error instanceof MissingDatabase) throw error
    throw cannotOpen(file, error)
  }
}

/**
 * Opens a database file that there is, of the version that this release works with, and makes nothing else of it.
 * @throws {Error} saying which file and what is wrong with it
 */
export async function openDatabaseAsItStands(file: string): Promise<DatabaseSync> {
  try {
    return await prepareDatabase(connect(file), requireCurrentVersion)
  } catch (error) {
    if (isImmutable(file, error)) return openImmutableDatabase(file)
    throw cannotOpen(file, error)
  }
}

function openImmutableDatabase(file: string): DatabaseSync {
  let db: DatabaseSync | undefined
  try {
    db = connectImmutable(file)
    requireCurrentVersion(db)
    return db
  } catch (error) {
    db?.close()
    throw cannotOpen(file, error)
  }
}

function connect(file: string): DatabaseSync {
  return new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MILLISECONDS, enableForeignKeyConstraints: true })
}

function cannotOpen(file: string, error: unknown): Error {
  return new Error(`cannot open ${file}: ${error instanceof Error ? error.message : 'unknown'}`, { cause: error })
}

/** @param requireVersion comes before anything that writes */
async function prepareDatabase(
  db: DatabaseSync,
  requireVersion: (db: DatabaseSync) => void,
  pause?: OpenOptions['pause'],
): Promise<DatabaseSync> {
  try {
    requireVersion(db)
    await switchToWal(db, pause)
    // Under WAL the default, NORMAL, would lose the last commits. `fullfsync` matters on macOS only: there a plain
    // fsync stops at the drive's cache.
    db.exec('PRAGMA synchronous = FULL; PRAGMA fullfsync = ON')
    migrate(db)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** Two processes that start together on a new file are in each other's way here. */
async function switchToWal(
  db: DatabaseSync,
  pause = (): Promise<unknown> => sleep(WAL_PAUSE_MILLISECONDS),
): Promise<void> {
  const begun = performance.now()
  for (;;) {
    try {
      const mode = storedText(db.prepare('PRAGMA journal_mode = WAL').get() ?? {}, 'journal_mode')
      if (mode !== 'wal') throw new Error(`its file system does not support WAL (the journal mode stays ${mode})`)
      return
    } catch (error) {
      if (!isBusy(error) || performance.now() - begun > BUSY_TIMEOUT_MILLISECONDS) throw error
      await pause()
    }
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && Number(error.errcode) % 256 === SQLITE_BUSY // in its low byte
}
