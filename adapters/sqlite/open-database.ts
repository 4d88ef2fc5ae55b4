import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { makeDurableFolder } from '../shared/durable-folder.ts'
import { storedText } from '../shared/stored-members.ts'
import { connectImmutable, isImmutable } from './immutable-database.ts'
import { migrate, requireCurrentVersion, requireKnownVersion } from './schema.ts'

/** How long to wait for another process that writes. The event loop stands still meanwhile, so not for long. */
const BUSY_TIMEOUT_MILLISECONDS = 5000

/**
 * Opens a database file, or makes one, so that what is committed survives a power failure.
 * @throws {Error} saying which file and what is wrong with it
 */
export async function openDatabase(file: string): Promise<DatabaseSync> {
  try {
    await makeDurableFolder(dirname(file))
    return prepareDatabase(connect(file), requireKnownVersion)
  } catch (error) {
    throw cannotOpen(file, error)
  }
}

/**
 * Opens a database file that there is, of the version that this release works with, and makes nothing else of it.
 * @throws {Error} saying which file and what is wrong with it
 */
export function openDatabaseAsItStands(file: string): DatabaseSync {
  try {
    return prepareDatabase(connect(file), requireCurrentVersion)
  } catch (error) {
    if (isImmutable(file, error)) return openImmutableDatabase(file)
    throw cannotOpen(file, error)
  }
}

function openImmutableDatabase(file: string): DatabaseSync {
  const db = connectImmutable(file)
  try {
    requireCurrentVersion(db)
    return db
  } catch (error) {
    db.close()
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
function prepareDatabase(db: DatabaseSync, requireVersion: (db: DatabaseSync) => void): DatabaseSync {
  try {
    requireVersion(db)
    const mode = storedText(db.prepare('PRAGMA journal_mode = WAL').get() ?? {}, 'journal_mode')
    if (mode !== 'wal') throw new Error(`its file system does not support WAL (the journal mode stays ${mode})`)
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
