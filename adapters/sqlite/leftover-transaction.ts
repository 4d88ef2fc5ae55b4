import type { DatabaseSync } from 'node:sqlite'

/**
 * Ends the transaction that a failed ROLLBACK left open, if there is one. To be called before anything is read or
 * written: whatever runs on this connection ends its transaction before it returns, so one that is open now is such a
 * one. What is read in it may never have been committed, or may be long out of date.
 * @throws {Error} what SQLite says, as long as it cannot be ended
 */
export function endLeftoverTransaction(db: DatabaseSync): void {
  if (db.isTransaction) db.exec('ROLLBACK')
}
