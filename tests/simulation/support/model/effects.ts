import type { Commit } from '../../../../application/ports/backup-index.ts'
import type { BackupId } from '../../../../domain/backup-id.ts'
import type { CredentialReference } from '../../../../domain/credential.ts'
import type { FactorReference } from '../../../../domain/factor.ts'
import type { Attempt } from '../engine/attempt.ts'
import type { Intent, Prover } from '../clients/request.ts'
import type { Model } from './model.ts'
import { deleted, removedBeside, swept, undeleted, withoutFactor } from './deletion-effects.ts'
import { factorsOf, holds, type ModelBackup, type ModelFactor } from './model-backup.ts'
import { mayUndelete } from './undeletion.ts'
import { stateAfter } from './state-after.ts'
import { Violation } from './violation.ts'

export interface Effect {
  readonly id: BackupId
  readonly after: ModelBackup | undefined
}

type Creation = Extract<Intent, { kind: 'create' }>
type Sync = Extract<Intent, { kind: 'sync' }>
type Change = Exclude<Intent, Creation | { kind: 'sweep' | 'verify' }>

/**
 * What a commit that took effect must have made of the backup, by what its client asked for and by what was there: of the
 * commit itself only ids are taken over.
 * @throws {Violation} when it should not have taken effect
 */
export function effectOf(attempt: Attempt, commit: Commit, model: Model): Effect {
  const { intent } = attempt.request
  if (intent.kind === 'create') return creation(attempt, intent, commit, model)
  if (intent.kind === 'verify') throw new Violation(3, 'verify changed a backup')
  const before = intent.kind === 'sweep' ? backupIn(commit, model) : backupOf(attempt, intent, model)
  const { change } = commit
  if (change === undefined || change.kind === 'create' || change.before.revision !== before.revision) {
    throw new Violation(5, `${intent.kind} replaced a state that was no longer the current one`)
  }
  if (intent.kind !== 'sweep' && change.before.backup.state.incarnation !== attempt.incarnation) {
    throw new Violation(6, `${intent.kind} of a deleted backup fell on the one that came after it`)
  }
  const after = changed(attempt, before, commit, model)
  if (after === undefined) return { id: before.id, after }
  return { id: before.id, after: { ...after, revision: commit.id } }
}

function creation(attempt: Attempt, intent: Creation, commit: Commit, model: Model): Effect {
  const { id, main, sync, key, hash, content, counter = 0 } = intent
  if (model.kept(id) !== undefined) throw new Violation(5, 'a backup was created over another one')
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
    deletion: undefined,
    removed: [],
  }
  return { id, after }
}

/** @param here where one that was removed may come back */
function requireFree(reference: FactorReference, model: Model, here?: ModelBackup): void {
  const reserver = model.reserver(reference)
  if (reserver !== undefined && reserver.id !== here?.id) throw taken()
}

/** The backup that the request has a right on. */
function backupOf(attempt: Attempt, intent: Change, model: Model): ModelBackup {
  if ('by' in intent) {
    const isKept = intent.kind === 'undelete'
    const backup = isKept
      ? model.ids.map((id) => model.kept(id)).find((state) => mayUndelete(state, attempt))
      : model.owner(intent.by)
    if (backup === undefined) throw new Violation(3, `${intent.kind} by a factor that was taken away`)
    return backup
  }
  const backup = intent.kind === 'reset' ? model.kept(intent.id) : model.current(intent.id)
  if (backup === undefined) throw new Violation(3, `${intent.kind} of a backup that was deleted`)
  return backup
}

/** Nobody asked for it: the sweeper came across it. */
function backupIn({ change }: Commit, model: Model): ModelBackup {
  const backup = change === undefined || change.kind === 'create' ? undefined : model.kept(change.before.backup.id)
  if (backup === undefined) throw new Violation(3, 'a sweep changed a backup that there is not')
  return backup
}

function changed(attempt: Attempt, before: ModelBackup, commit: Commit, model: Model): ModelBackup | undefined {
  const { intent } = attempt.request
  switch (intent.kind) {
    case 'sync':
      return synced(attempt, intent, before, commit, model)
    case 'add-factor': {
      const { added, counter = 0, key, by } = intent
      requireFree({ scope: 'MAIN', credential: added }, model, before)
      const mainFactors = [...counted(before, by).mainFactors, newFactor('MAIN', added, counter, before, commit)]
      const keys = key === undefined ? before.keys : [...before.keys, key]
      return { ...before, mainFactors, keys, removed: removedBeside(attempt, added, before, commit) }
    }
    case 'add-sync-factor':
      if (intent.incarnation !== before.incarnation) {
        throw new Violation(6, 'a sync factor token outlived the backup that it was for')
      }
      if (before.mainFactors.every(({ id }) => id !== intent.mainFactorId)) {
        throw new Violation(6, 'a sync factor token outlived the main factor that obtained it')
      }
      requireFree({ scope: 'SYNC', credential: intent.added }, model, before)
      return {
        ...before,
        syncFactors: [...before.syncFactors, newFactor('SYNC', intent.added, 0, before, commit)],
        removed: removedBeside(attempt, intent.added, before, commit),
      }
    case 'delete-factor':
      return withoutFactor(attempt, intent, before, commit, model)
    case 'delete-backup':
      return deleted(attempt, intent.by, before, commit, model)
    case 'undelete':
      return counted(undeleted(attempt, before, commit), intent.by)
    case 'sweep':
      return swept(attempt, before, commit)
    case 'reset':
      return undefined
    case 'create':
    case 'status':
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

function taken(): Violation {
  return new Violation(2, 'a factor came to be of two backups, or twice in one')
}
