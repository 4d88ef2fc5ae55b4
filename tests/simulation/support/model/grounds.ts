import { CHALLENGE_LIFETIME } from '../../../../application/challenges.ts'
import type { Attempt } from '../engine/attempt.ts'
import { LARGEST_SKEW } from '../limits.ts'
import type { Model, Window } from './model.ts'
import { factorsOf, holds, type ModelBackup } from './model-backup.ts'

// What a refusal may be grounded on: each of these may have been so at any time since the attempt began.

export function windowOf({ begun }: Attempt): Window {
  return { from: begun, until: Infinity }
}

/** Whether what the request relies on was there all of the time, so that it must have been found. */
export function stoodFirm(attempt: Attempt, model: Model): boolean {
  const { intent } = attempt.request
  const window = windowOf(attempt)
  if ('by' in intent) {
    const owner = model.steadyOwner(intent.by, window)
    const expected = intent.kind === 'retrieve-metadata' ? intent.expected : undefined
    return owner !== undefined && (expected === undefined || expected === owner.id)
  }
  if (intent.kind === 'sweep' || intent.kind === 'verify') return true
  const states = model.during(intent.id, window)
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

/** Whether the passkey's counter had come as far as the one that was presented. */
export function hadCountedOn(attempt: Attempt, model: Model): boolean {
  const { intent } = attempt.request
  if (!('by' in intent)) return false
  const { credential, counter = 0 } = intent.by
  const factors = statesOfProver(attempt, model).flatMap(({ mainFactors }) => mainFactors)
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
      return main === sync || rows.some((row) => model.wasHeld(row, window))
    }
    case 'add-factor': {
      const { added: credential } = intent
      const here = statesOfProver(attempt, model)
      return (
        model.wasHeld({ scope: 'MAIN', credential }, window) ||
        here.some((state) => holds(state, { scope: 'SYNC', credential }))
      )
    }
    case 'add-sync-factor': {
      const { added: credential } = intent
      const here = model.during(intent.id, window)
      return (
        model.wasHeld({ scope: 'SYNC', credential }, window) ||
        here.some((state) => holds(state, { scope: 'MAIN', credential }))
      )
    }
    default:
      return false
  }
}

/** The states of every backup that the prover led to. */
function statesOfProver(attempt: Attempt, model: Model): readonly ModelBackup[] {
  const { intent } = attempt.request
  if (!('by' in intent)) return []
  const { by } = intent
  const states = model.ids.flatMap((id) => model.during(id, windowOf(attempt)))
  return states.filter((state) => state !== undefined).filter((state) => holds(state, by))
}
