import type { Commit } from '../../../../application/ports/backup-index.ts'
import type { CredentialReference } from '../../../../domain/credential.ts'
import type { FactorScope } from '../../../../domain/factor.ts'
import type { Attempt } from '../engine/attempt.ts'
import type { Intent, Prover } from '../clients/request.ts'
import type { Model } from './model.ts'
import { factorsOf, type ModelBackup, type ModelDeletion, type ModelFactor, type ModelRemoval } from './model-backup.ts'
import { stateAfter } from './state-after.ts'
import { isRecoverable, isUndeletable, recoverable } from './undeletion.ts'
import { Violation } from './violation.ts'

type Removal = Extract<Intent, { kind: 'delete-factor' }>

/** The whole backup, for good or for a while. */
export function deleted(
  attempt: Attempt,
  by: Prover,
  before: ModelBackup,
  commit: Commit,
  model: Model,
): ModelBackup | undefined {
  if (model.deletionGrace === 0) return undefined
  const { deletion } = stateAfter(commit)
  return { ...before, deletion: deletionBy(attempt, by, deletion?.recoverableUntil, before, model) }
}

/** One factor, and with the last main factor everything. */
export function withoutFactor(
  attempt: Attempt,
  { by, factorId, scope, key }: Removal,
  before: ModelBackup,
  commit: Commit,
  model: Model,
): ModelBackup | undefined {
  const factor = factorsOf(before, scope).find(({ id }) => id === factorId)
  if (factor === undefined) throw new Violation(3, 'a factor was taken away that was not there')
  const without = (factors: readonly ModelFactor[]): readonly ModelFactor[] => factors.filter((kept) => kept !== factor)
  const mainFactors = scope === 'MAIN' ? without(before.mainFactors) : before.mainFactors
  const syncFactors = scope === 'SYNC' ? without(before.syncFactors) : before.syncFactors
  if (mainFactors.length === 0) return deleted(attempt, by, before, commit, model)
  const keys = key === undefined ? before.keys : before.keys.filter(({ kind }) => kind !== key.kind)
  const after = { ...before, mainFactors, syncFactors, keys }
  if (model.deletionGrace === 0) return after
  const until = stateAfter(commit).removedFactors.at(-1)?.recoverableUntil
  return {
    ...after,
    removed: [...before.removed, { ...deletionBy(attempt, by, until, before, model), scope, factor, key }],
  }
}

/** What of the removed factors stays beside a new one: nothing of its credential, and nothing that had become final. */
export function removedBeside(
  attempt: Attempt,
  credential: CredentialReference,
  before: ModelBackup,
  commit: Commit,
): readonly ModelRemoval[] {
  const others = before.removed.filter(({ factor }) => factor.credential !== credential)
  const kept = new Set(stateAfter(commit).removedFactors.map(({ factor }): string => factor.id))
  const [staying, gone] = [true, false].map((stays) => others.filter(({ factor }) => kept.has(factor.id) === stays))
  if (gone?.some((removal) => isRecoverable(removal, attempt.now))) {
    throw new Violation(8, `#${attempt.id} made room of what could still be undone`)
  }
  if (staying?.some((removal) => !isRecoverable(removal, attempt.begunAt))) {
    throw new Violation(6, `#${attempt.id} kept what was final`)
  }
  return staying ?? []
}

/** All that could be undone when the attempt began is given back, but for the sync factors that had deleted it. */
export function undeleted({ id, begunAt }: Attempt, before: ModelBackup, commit: Commit): ModelBackup {
  if (!isUndeletable(before, begunAt)) throw new Violation(8, `#${id} undid what was final`)
  const back = recoverable(before, begunAt)
  const distrusted = new Set([before.deletion, ...back].map((deletion) => deletion?.deletedBy))
  const ofScope = (scope: FactorScope): readonly ModelFactor[] =>
    back.filter((removal) => removal.scope === scope).map(({ factor }) => factor)
  const keys = [...before.keys]
  for (const { key } of back.toReversed()) {
    if (key !== undefined && keys.every(({ kind }) => kind !== key.kind)) keys.push(key)
  }
  const mainFactors = [...before.mainFactors, ...ofScope('MAIN')]
  const syncFactors = [...before.syncFactors, ...ofScope('SYNC')].filter((factor) => !distrusted.has(factor.id))

  const after = stateAfter(commit)
  if (after.syncFactors.some((factor) => distrusted.has(factor.id))) {
    throw new Violation(8, `#${id} left a sync factor that had deleted something`)
  }
  const given = new Set([...after.mainFactors, ...after.syncFactors].map((factor): string => factor.id))
  if ([...mainFactors, ...syncFactors].some((factor) => !given.has(factor.id))) {
    throw new Violation(8, `#${id} did not give everything back`)
  }
  return { ...before, mainFactors, syncFactors, keys, deletion: undefined, removed: [] }
}

/** All that had become final by the time the sweeper came by, and nothing else. */
export function swept(attempt: Attempt, before: ModelBackup, { change }: Commit): ModelBackup | undefined {
  const after = change?.kind === 'replace' ? change.after.state : undefined
  const kept = new Set(after?.removedFactors.map(({ factor }): string => factor.id))
  const gone = after === undefined ? [before.deletion] : before.removed.filter(({ factor }) => !kept.has(factor.id))
  if (gone.some((deletion) => deletion === undefined || isRecoverable(deletion, attempt.now))) {
    throw new Violation(8, `#${attempt.id} swept what could still be undone`)
  }
  if (after === undefined) return undefined
  const removed = before.removed.filter(({ factor }) => kept.has(factor.id))
  if (removed.some((removal) => !isRecoverable(removal, attempt.begunAt))) {
    throw new Violation(6, `#${attempt.id} swept only a part of what was final`)
  }
  return { ...before, removed }
}

/** Until when is taken over from the service, as far as its clock allows that. */
function deletionBy(
  { id, begunAt, now }: Attempt,
  { credential }: Prover,
  recoverableUntil: number | undefined,
  { syncFactors }: ModelBackup,
  { deletionGrace }: Model,
): ModelDeletion {
  const deletedBy = syncFactors.find((factor) => factor.credential === credential)?.id
  if (deletedBy === undefined) throw new Violation(3, `#${id} deleted something by a factor that was taken away`)
  if (
    recoverableUntil === undefined ||
    recoverableUntil < begunAt + deletionGrace ||
    recoverableUntil > now + deletionGrace
  ) {
    throw new Violation(8, `#${id} deleted something for another grace than the configured one`)
  }
  return { deletedBy, recoverableUntil }
}
