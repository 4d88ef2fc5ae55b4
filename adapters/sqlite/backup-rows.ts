import type { SQLInputValue, SQLOutputValue } from 'node:sqlite'
import type { StoredBackup } from '../../application/ports/backup-index.ts'
import type { Backup } from '../../domain/backup.ts'
import { parseBackupId } from '../../domain/backup-id.ts'
import { credentialReference } from '../../domain/credential.ts'
import type { RemovedFactor } from '../../domain/deletion.ts'
import { factorId, type Factor, type FactorReference, type FactorScope } from '../../domain/factor.ts'
import { parseManifestHash } from '../../domain/manifest-hash.ts'
import {
  storedInteger,
  storedJsonObject,
  storedJsonObjects,
  storedObject,
  storedText,
} from '../shared/stored-members.ts'
import {
  readStoredBlob,
  readStoredCredential,
  readStoredDeletion,
  readStoredKey,
  restoreStored,
  storedSyncFactor,
} from '../shared/stored-values.ts'

export type Row = Readonly<Record<string, SQLOutputValue>>
type Parameters = Record<string, SQLInputValue>

/** All rows of one backup, as they stood at one moment. */
export interface BackupRows {
  readonly backup: Row
  /** In their order within each scope, and among those that were removed. */
  readonly factors: readonly Row[]
  readonly keys: readonly Row[]
}

/** @throws {Error} if the rows are not what this service writes */
export function readBackup({ backup, factors, keys }: BackupRows): StoredBackup {
  const active = factors.filter(({ removal }) => removal === null)
  const state = {
    id: parseBackupId(storedText(backup, 'id')),
    incarnation: storedText(backup, 'incarnation'),
    mainFactors: active.filter(({ scope }) => scope === 'MAIN').map(readFactor),
    syncFactors: active
      .filter(({ scope }) => scope === 'SYNC')
      .map(readFactor)
      .map(storedSyncFactor),
    keys: keys.map((row) => readStoredKey(storedJsonObject(row, 'encrypted_key'))),
    manifestHash: parseManifestHash(storedText(backup, 'manifest_hash')),
    blob: readStoredBlob(storedJsonObject(backup, 'blob')),
    supersededBlobs: storedJsonObjects(backup, 'superseded_blobs').map(readStoredBlob),
    deletion: backup.deletion === null ? undefined : readStoredDeletion(storedJsonObject(backup, 'deletion')),
    removedFactors: factors.filter(({ removal }) => removal !== null).map(readRemovedFactor),
  }
  return { backup: restoreStored(state), revision: storedText(backup, 'revision') }
}

export function backupParameters({ state }: Backup, revision: string): Parameters {
  return {
    id: state.id,
    incarnation: state.incarnation,
    revision,
    manifestHash: state.manifestHash,
    blob: JSON.stringify(state.blob),
    supersededBlobs: JSON.stringify(state.supersededBlobs),
    deletion: state.deletion === undefined ? null : JSON.stringify(state.deletion),
  }
}

/** The factors, active and removed, that `before` does not hold, or not in this form or at this place. */
export function changedFactorParameters(before: Backup | undefined, { state }: Backup): readonly Parameters[] {
  return [
    ...changedInScope('MAIN', before?.state.mainFactors, state.mainFactors),
    ...changedInScope('SYNC', before?.state.syncFactors, state.syncFactors),
    ...changedRemovals(before?.state.removedFactors, state.removedFactors),
  ].map((parameters) => ({ ...parameters, backupId: state.id }))
}

export function keyParameters({ state }: Backup): readonly Parameters[] {
  return state.keys.map((key, position) => ({ backupId: state.id, position, encryptedKey: JSON.stringify(key) }))
}

export function referenceParameters({ scope, credential }: FactorReference): Parameters {
  return { scope, credentialReference: credential }
}

/** A backup is immutable and hands on what it does not change, so the same object is the same row. */
function changedInScope(scope: FactorScope, before: readonly Factor[] = [], after: readonly Factor[]): Parameters[] {
  return after.flatMap((factor, position) =>
    before[position] === factor ? [] : [factorParameters(scope, factor, position, null)],
  )
}

function changedRemovals(before: readonly RemovedFactor[] = [], after: readonly RemovedFactor[]): Parameters[] {
  return after.flatMap((removed, position) => {
    if (before[position] === removed) return []
    const { scope, factor, ...removal } = removed
    return [factorParameters(scope, factor, position, JSON.stringify(removal))]
  })
}

function factorParameters(
  scope: FactorScope,
  { id, createdAt, credential }: Factor,
  position: number,
  removal: string | null,
): Parameters {
  const reference = referenceParameters({ scope, credential: credentialReference(credential) })
  return { ...reference, position, id, createdAt, credential: JSON.stringify(credential), removal }
}

function readFactor(row: Row): Factor {
  return {
    id: factorId(storedText(row, 'id')),
    createdAt: storedInteger(row, 'created_at'),
    credential: readStoredCredential(storedJsonObject(row, 'credential')),
  }
}

function readRemovedFactor(row: Row): RemovedFactor {
  const removal = storedJsonObject(row, 'removal')
  const deletion = readStoredDeletion(removal)
  if (row.scope === 'SYNC') return { ...deletion, scope: row.scope, factor: storedSyncFactor(readFactor(row)) }
  const key = removal.key === undefined ? {} : { key: readStoredKey(storedObject(removal, 'key')) }
  return { ...deletion, scope: 'MAIN', factor: readFactor(row), ...key }
}
