import type { DatabaseSync } from 'node:sqlite'
import type { ListedBackup, ListedFactorRow } from '../../application/ports/backup-index.ts'
import { StoreUnavailable } from '../../application/ports/store-unavailable.ts'
import { factorRowKey, factorRowName, type StoredReference } from '../shared/factor-rows.ts'
import { storedText } from '../shared/stored-members.ts'
import type { Row } from './backup-rows.ts'
import { endLeftoverTransaction } from './leftover-transaction.ts'
import type { Statements } from './statements.ts'

const PAGE_ROWS = 256

export function* listedBackups(
  db: DatabaseSync,
  { listBackups }: Statements,
): Generator<ListedBackup, void, undefined> {
  const pages = pagesOf(db, (last) => {
    const after = last === undefined ? '' : storedText(last, 'id')
    return listBackups.all({ after, limit: PAGE_ROWS })
  })
  for (const row of pages) yield { kind: 'backup', id: storedText(row, 'id') }
}

/** A factor is its own lookup row. */
export function* listedFactorRows(
  db: DatabaseSync,
  statements: Statements,
): Generator<ListedFactorRow, void, undefined> {
  const pages = pagesOf(db, (last) => {
    const { scope, credential } = last === undefined ? { scope: '', credential: '' } : storedReference(last)
    return statements.listFactors.all({ scope, credentialReference: credential, limit: PAGE_ROWS })
  })
  for (const row of pages) yield listedFactorRow(row, db, statements)
}

function listedFactorRow(row: Row, db: DatabaseSync, { findByFactor }: Statements): ListedFactorRow {
  const { scope, credential } = storedReference(row)
  return {
    kind: 'factor-row',
    name: factorRowName({ scope, credential }),
    backupId: storedText(row, 'backup_id'),
    isOf: (reference) => factorRowKey(reference) === factorRowKey({ scope, credential }),
    owner: async () => {
      try {
        endLeftoverTransaction(db)
        const found = findByFactor.get({ scope, credentialReference: credential })
        return found && storedText(found, 'backup_id')
      } catch (error) {
        throw new StoreUnavailable('SQLite findByFactor', { cause: error })
      }
    },
  }
}

function* pagesOf(db: DatabaseSync, read: (last: Row | undefined) => readonly Row[]): Generator<Row, void, undefined> {
  let last: Row | undefined
  do {
    endLeftoverTransaction(db)
    const page = read(last)
    yield* page
    last = page.at(-1)
  } while (last !== undefined)
}

function storedReference(row: Row): StoredReference {
  return { scope: storedText(row, 'scope'), credential: storedText(row, 'credential_reference') }
}
