import { CHALLENGE_LIFETIME } from '../../../../application/challenges.ts'
import type { BackupId } from '../../../../domain/backup-id.ts'
import type { FactorReference } from '../../../../domain/factor.ts'
import type { Attempt } from '../engine/attempt.ts'
import { LARGEST_SKEW } from '../limits.ts'
import type { Model, Window } from './model.ts'
import { factorsOf, holds, reserves, seenOf, type ModelBackup } from './model-backup.ts'
import { isUndeletable, mayUndelete } from './undeletion.ts'

// What a refusal may be grounded on: each of these may have been so at any time since the attempt began.

export function windowOf({ begun }: Attempt): Window {
  return { from: begun, until: Infinity }
}

/** Whether what the request relies on was there all of the time, so that it must have been found. */
export function stoodFirm(attempt: Attempt, model: Model): boolean {
  const { intent } = attempt.request
  const window = windowOf(attempt)
  if (intent.kind === 'undelete') return couldUndelete(attempt, model)
  if ('by' in intent) {
    const owner = model.steadyOwner(intent.by, window)
    const expected = intent.kind === 'retrieve-metadata' ? intent.expected : undefined
    return owner !== undefined && (expected === undefined || expected === owner.id)
  }
  if (intent.kind === 'sweep' || intent.kind === 'verify') return true
  // The key of the account has a right on what is kept, too.
  const states = intent.kind === 'reset' ? model.keptDuring(intent.id, window) : model.during(intent.id, window)
  const incarnations = new Set(states.map((state) => state?.incarnation))
  if (incarnations.size > 1 || states[0] === undefined) return false
  return intent.kind !== 'add-sync-factor' || intent.incarnation === states[0].incarnation
}

/** @param now milliseconds since the epoch */
export function mayHaveExpired({ request }: Attempt, now: number): boolean {
  return now - request.oldestTokenAt >= CHALLENGE_LIFETIME * 1000 - 2 * LARGEST_SKEW
}

export function hadMovedOn(attempt: Attempt, model: Model): boolean {
  const { intent } = attempt.request
  if (intent.kind !== 'sync') return false
  const states = statesOfProver(attempt, model)
  const blobs = new Set(states.map(({ blob }) => blob))
  return states.some(({ hash }) => hash !== intent.from) || blobs.size > 1
}

export function lackedFactor(attempt: Attempt, model: Model): boolean {
  const { intent } = attempt.request
  if (intent.kind !== 'delete-factor') return false
  const { scope, factorId } = intent
  return statesOfProver(attempt, model).some((state) => factorsOf(state, scope).every(({ id }) => id !== factorId))
}

/** Whether the main factor that obtained the sync factor token was removed. */
export function lackedObtainer(attempt: Attempt, model: Model): boolean {
  const { intent } = attempt.request
  if (intent.kind !== 'add-sync-factor') return false
  const states = model.during(intent.id, windowOf(attempt)).filter((state) => state !== undefined)
  return states.some(({ mainFactors }) => mainFactors.every(({ id }) => id !== intent.mainFactorId))
}

/** Whether the passkey's counter had come as far as the one that was presented. */
export function hadCountedOn(attempt: Attempt, model: Model): boolean {
  const { intent } = attempt.request
  if (!('by' in intent)) return false
  const { credential, counter = 0 } = intent.by
  const factors = statesOfProver(attempt, model).flatMap(({ mainFactors, removed }) => [
    ...mainFactors,
    ...removed.map(({ factor }) => factor),
  ])
  return counter > 0 && factors.some((factor) => factor.credential === credential && factor.counter >= counter)
}

/** Whether a credential that is to be added was somebody's. */
export function wasTaken(attempt: Attempt, model: Model): boolean {
  const { intent } = attempt.request
  const window = windowOf(attempt)
  switch (intent.kind) {
    case 'create': {
      const { main, sync } = intent
      const rows = [{ scope: 'MAIN', credential: main } as const, { scope: 'SYNC', credential: sync } as const]
      return main === sync || rows.some((row) => model.wasReserved(row, window))
    }
    case 'add-factor': {
      const here = new Set(statesOfProver(attempt, model).map(({ id }) => id))
      return wasTakenBeside(here, { scope: 'MAIN', credential: intent.added }, model, window)
    }
    case 'add-sync-factor':
      return wasTakenBeside(new Set([intent.id]), { scope: 'SYNC', credential: intent.added }, model, window)
    default:
      return false
  }
}

/** @param here the backup that it was to be added to: one that was removed there may come back, in either scope */
function wasTakenBeside(
  here: ReadonlySet<BackupId>,
  reference: FactorReference,
  model: Model,
  window: Window,
): boolean {
  const { credential } = reference
  const isHeld = (state: ModelBackup | undefined): boolean =>
    holds(state, { scope: 'MAIN', credential }) || holds(state, { scope: 'SYNC', credential })
  const isTaken = (id: BackupId, state: ModelBackup | undefined): boolean =>
    (here.has(id) && isHeld(state)) || ((!here.has(id) || here.size > 1) && reserves(state, reference))
  return model.ids.some((id) => model.keptDuring(id, window).some((state) => isTaken(id, state)))
}

/** Whether the prover had a right on one backup all of the time, if only on what is kept of it. */
function couldUndelete(attempt: Attempt, model: Model): boolean {
  return model.ids.some((id) => {
    const states = model.keptDuring(id, windowOf(attempt))
    return states.every((state) => state?.incarnation === states[0]?.incarnation && mayUndelete(state, attempt))
  })
}

/** Whether at some time nothing of the prover's backup was deleted that could be undone when the attempt began. */
export function hadNothingToUndelete(attempt: Attempt, model: Model): boolean {
  const states = model.ids.flatMap((id) => model.keptDuring(id, windowOf(attempt)))
  return states.some((state) => mayUndelete(state, attempt) && !isUndeletable(state, attempt.begunAt))
}

/** The states of every backup that the prover led to. */
function statesOfProver(attempt: Attempt, model: Model): readonly ModelBackup[] {
  const { intent } = attempt.request
  if (!('by' in intent)) return []
  const { by } = intent
  const isProver = (state: ModelBackup): boolean =>
    intent.kind === 'undelete' ? reserves(state, by) : seenOf(state) !== undefined && holds(state, by)
  const states = model.ids.flatMap((id) => model.keptDuring(id, windowOf(attempt)))
  return states.filter((state) => state !== undefined).filter(isProver)
}
