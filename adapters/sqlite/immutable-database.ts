import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'

/** https://sqlite.org/rescode.html, without what makes them more precise. */
const SQLITE_READONLY = 8
const SQLITE_CANTOPEN = 14
const PRIMARY_CODE = 0xff

/**
 * Whether a database could not be opened because nothing can be written beside it, as it is with a copy on a file system
 * mounted read-only: even readers of WAL write an index of the log there. Not where there is such a log, which holds what
 * was committed last.
 */
export function isImmutable(file: string, error: unknown): boolean {
  if (!(error instanceof Error) || !('errcode' in error)) return false
  const code = Number(error.errcode) & PRIMARY_CODE
  return (code === SQLITE_READONLY || code === SQLITE_CANTOPEN) && existsSync(file) && !existsSync(`${file}-wal`)
}

/** Opens a file that nobody changes meanwhile (https://sqlite.org/uri.html#uriimmutable): without locks, and only to read. */
export function connectImmutable(file: string): DatabaseSync {
  const url = pathToFileURL(file)
  url.searchParams.set('immutable', '1')
  return new DatabaseSync(url, { readOnly: true })
}
