import type { Commit } from '../../../../application/ports/backup-index.ts'
import type { Backup } from '../../../../domain/backup.ts'
import type { BackupId } from '../../../../domain/backup-id.ts'
import type { CredentialReference } from '../../../../domain/credential.ts'
import type { FactorReference } from '../../../../domain/factor.ts'
import type { Attempt } from '../engine/attempt.ts'
import type { Intent, Prover } from '../clients/request.ts'
import type { Model } from './model.ts'
import { factorsOf, holds, type ModelBackup, type ModelFactor } from './model-backup.ts'
import { Violation } from './violation.ts'

export interface Effect {
  readonly id: BackupId
  readonly after: ModelBackup | undefined
}

type Creation = Extract<Intent, { kind: 'create' }>
type Sync = Extract<Intent, { kind: 'sync' }>
type Change = Exclude<Intent, Creation | { kind: 'sweep' | 'verify' }>
type Removal = Extract<Intent, { kind: 'delete-factor' }>

/**
 * What a commit that took effect must have made of the backup, by what its client asked for and by what was there: of the
 * commit itself only ids are taken over.
 * @throws {Violation} when it should not have taken effect
 */
export function effectOf(attempt: Attempt, commit: Commit, model: Model): Effect {
  const { intent } = attempt.request
  if (intent.kind === 'create') return creation(attempt, intent, commit, model)
  if (intent.kind === 'sweep' || intent.kind === 'verify') throw new Violation(3, `${intent.kind} changed a backup`)
  const before = backupOf(intent, model)
  const { change } = commit
  if (change === undefined || change.kind === 'create' || change.before.revision !== before.revision) {
    throw new Violation(5, `${intent.kind} replaced a state that was no longer the current one`)
  }
  if (change.before.backup.state.incarnation !== attempt.incarnation) {
    throw new Violation(6, `${intent.kind} of a deleted backup fell on the one that came after it`)
  }
  const after = changed(attempt, before, commit, model)
  if (after === undefined) return { id: before.id, after }
  return { id: before.id, after: { ...after, revision: commit.id } }
}

function creation(attempt: Attempt, intent: Creation, commit: Commit, model: Model): Effect {
  const { id, main, sync, key, hash, content, counter = 0 } = intent
  if (model.current(id) !== undefined) throw new Violation(5, 'a backup was created over another one')
  requireFree({ scope: 'MAIN', credential: main }, model)
  requireFree({ scope: 'SYNC', credential: sync }, model)
  const state = stateAfter(commit)
  const after = {
    id,
    incarnation: attempt.id,
    revision: commit.id,
    mainFactors: [{ id: state.mainFactors[0]!.id, credential: main, counter }],
    syncFactors: [{ id: state.syncFactors[0]!.id, credential: sync, counter: 0 }],
    keys: [key],
    hash,
    content,
    blob: state.blob.key,
    superseded: [],
  }
  return { id, after }
}

function requireFree(reference: FactorReference, model: Model): void {
  if (model.owner(reference) !== undefined) throw taken()
}

/** The backup that the request has a right on. */
function backupOf(intent: Change, model: Model): ModelBackup {
  if ('by' in intent) {
    const backup = model.owner(intent.by)
    if (backup === undefined) throw new Violation(3, `${intent.kind} by a factor that was taken away`)
    return backup
  }
  const backup = model.current(intent.id)
  if (backup === undefined) throw new Violation(3, `${intent.kind} of a backup that was deleted`)
  return backup
}

function changed(attempt: Attempt, before: ModelBackup, commit: Commit, model: Model): ModelBackup | undefined {
  const { intent } = attempt.request
  switch (intent.kind) {
    case 'sync':
      return synced(attempt, intent, before, commit, model)
    case 'add-factor': {
      const { added, counter = 0, key, by } = intent
      requireFree({ scope: 'MAIN', credential: added }, model)
      const mainFactors = [...counted(before, by).mainFactors, newFactor('MAIN', added, counter, before, commit)]
      return { ...before, mainFactors, keys: key === undefined ? before.keys : [...before.keys, key] }
    }
    case 'add-sync-factor':
      if (intent.incarnation !== before.incarnation) {
        throw new Violation(6, 'a sync factor token outlived the backup that it was for')
      }
      requireFree({ scope: 'SYNC', credential: intent.added }, model)
      return { ...before, syncFactors: [...before.syncFactors, newFactor('SYNC', intent.added, 0, before, commit)] }
    case 'delete-factor':
      return withoutFactor(intent, before)
    case 'delete-backup':
    case 'reset':
      return undefined
    case 'create':
    case 'status':
    case 'sweep':
    case 'verify':
      return before
    case 'retrieve':
    case 'verify-factor':
    case 'retrieve-metadata':
      return counted(before, intent.by)
  }
}

function synced(
  attempt: Attempt,
  { from, to, content }: Sync,
  before: ModelBackup,
  commit: Commit,
  { blobHistory }: Model,
): ModelBackup {
  if (before.hash !== from || before.blob !== attempt.base) {
    throw new Violation(5, 'a sync won whose base state had been replaced')
  }
  const superseded = [before.blob, ...before.superseded].slice(0, blobHistory)
  return { ...before, hash: to, content, blob: stateAfter(commit).blob.key, superseded }
}

function withoutFactor({ factorId, scope, key }: Removal, before: ModelBackup): ModelBackup | undefined {
  const without = (factors: readonly ModelFactor[]): readonly ModelFactor[] =>
    factors.filter(({ id }) => id !== factorId)
  if (without(factorsOf(before, scope)).length === factorsOf(before, scope).length) {
    throw new Violation(3, 'a factor was taken away that was not there')
  }
  const mainFactors = scope === 'MAIN' ? without(before.mainFactors) : before.mainFactors
  const syncFactors = scope === 'SYNC' ? without(before.syncFactors) : before.syncFactors
  if (mainFactors.length === 0) return undefined
  const keys = key === undefined ? before.keys : before.keys.filter(({ kind }) => kind !== key.kind)
  return { ...before, mainFactors, syncFactors, keys }
}

/** The counter of a passkey moves on with everything that it authorises. */
function counted(before: ModelBackup, { credential, counter = 0 }: Prover): ModelBackup {
  if (counter === 0) return before
  const moveOn = (factor: ModelFactor): ModelFactor => {
    if (factor.credential !== credential) return factor
    if (counter <= factor.counter) throw new Violation(4, 'an assertion of a passkey counted twice')
    return { ...factor, counter }
  }
  return { ...before, mainFactors: before.mainFactors.map(moveOn) }
}

function newFactor(
  scope: 'MAIN' | 'SYNC',
  credential: CredentialReference,
  counter: number,
  before: ModelBackup,
  commit: Commit,
): ModelFactor {
  if (holds(before, { scope: 'MAIN', credential }) || holds(before, { scope: 'SYNC', credential })) throw taken()
  const known = factorsOf(before, scope).map(({ id }) => id)
  const { mainFactors, syncFactors } = stateAfter(commit)
  const added = (scope === 'MAIN' ? mainFactors : syncFactors).find(({ id }) => !known.includes(id))
  if (added === undefined) throw new Violation(3, 'a factor was to be added and was not')
  return { id: added.id, credential, counter }
}

function stateAfter({ change }: Commit): Backup['state'] {
  if (change === undefined || change.kind === 'delete') {
    throw new Violation(3, 'a backup was deleted by a request that was not about that')
  }
  return change.after.state
}

function taken(): Violation {
  return new Violation(2, 'a factor came to be of two backups, or twice in one')
}
