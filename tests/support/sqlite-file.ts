import { DatabaseSync } from 'node:sqlite'

/** Runs SQL on a database file as another process would. */
export function meddle(file: string, sql: string): void {
  const db = new DatabaseSync(file)
  try {
    db.exec(sql)
  } finally {
    db.close()
  }
}

/** How many rows are committed. */
export function countRows(file: string, table: string): unknown {
  const db = new DatabaseSync(file, { readOnly: true })
  try {
    return db.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n
  } finally {
    db.close()
  }
}

/** SQL that makes every such write fail from now on. */
export function forbidding(table: string, event: 'INSERT' | 'UPDATE' | 'DELETE'): string {
  return `CREATE TRIGGER forbid_${event}_${table} BEFORE ${event} ON ${table} BEGIN SELECT RAISE(ABORT, 'forbidden'); END;`
}

/** A connection to a database file on which ROLLBACK can be made to fail. */
export class StuckDatabase extends DatabaseSync {
  stuck = false

  override exec(sql: string): void {
    if (this.stuck && sql === 'ROLLBACK') throw new Error('disk I/O error')
    super.exec(sql)
  }
}
