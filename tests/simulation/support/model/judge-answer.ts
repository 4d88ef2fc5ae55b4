import type { BackupMetadata } from '../../../../domain/backup-metadata.ts'
import type { Attempt } from '../engine/attempt.ts'
import { changesNothing } from '../clients/operation-kinds.ts'
import type { Answer, Intent, Prover } from '../clients/request.ts'
import type { Model, Window } from './model.ts'
import { holds, type ModelBackup } from './model-backup.ts'
import { Violation } from './violation.ts'

/** @throws {Violation} when what the client was told is not so */
export function judgeAnswer(attempt: Attempt, answer: Answer, model: Model): void {
  const { intent } = attempt.request
  const window = { from: attempt.begun, until: attempt.answered }
  if (intent.kind === 'sweep') return
  if (intent.kind === 'verify') {
    judgeVerification(attempt, answer)
    return
  }
  if (intent.kind === 'status') {
    judgeStatus(intent.id, answer, model, window)
  } else if (changesNothing(intent.kind)) {
    if (attempt.effects === 0) throw new Violation(4, `#${attempt.id} ${intent.kind} did not use its proof up`)
    if ('by' in intent) judgeReading(intent.by, answer, model, window)
  } else {
    if (attempt.effects === 0) throw new Violation(3, `#${attempt.id} ${intent.kind} was done and had no effect`)
    judgeChange(intent, attempt.after, answer)
  }
}

/** What is shown after a change is what the change led to. */
function judgeChange(intent: Intent, after: ModelBackup | undefined, { id, factorId, metadata }: Answer): void {
  const shown = metadata === undefined || (metadata === null ? after === undefined : shows(metadata, after))
  const named = id === undefined || id === after?.id
  const added = factorId === undefined || after?.mainFactors.at(-1)?.id === factorId
  if (!shown || !named || !added)
    throw new Violation(3, `${intent.kind} was acknowledged as something else than it was`)
}

/** What is read is the backup's state at some time between request and answer. */
function judgeReading(by: Prover, answer: Answer, model: Model, window: Window): void {
  const isState = (state: ModelBackup | undefined): boolean =>
    holds(state, by) &&
    (answer.id === undefined || answer.id === state?.id) &&
    (answer.metadata === undefined || shows(answer.metadata, state)) &&
    (answer.content === undefined || sameBytes(answer.content, state?.content))
  if (model.ids.some((id) => model.during(id, window).some(isState))) return
  const once = model.ids.some((id) => model.history(id).some(({ state }) => isState(state)))
  throw once
    ? new Violation(3, 'what was read had been replaced before it was asked for')
    : new Violation(1, 'what was read has never been')
}

function judgeStatus(id: ModelBackup['id'], { mainFactors }: Answer, model: Model, window: Window): void {
  const matches = model.during(id, window).some((state) => state?.mainFactors.length === mainFactors)
  if (!matches) throw new Violation(3, 'the status is of no time between request and answer')
}

/** Whatever changed meanwhile, nothing was ever wrong; only what could not be had may have looked so. */
function judgeVerification({ id, disturbed }: Attempt, { faults = [] }: Answer): void {
  const wrong = faults.find((fault) => !disturbed || !fault.includes('cannot be read'))
  if (wrong !== undefined) throw new Violation(2, `#${id} verify called it wrong that ${wrong}`)
}

function shows(metadata: BackupMetadata | null, state: ModelBackup | undefined): boolean {
  if (metadata === null || state === undefined) return false
  const { id, factors, syncFactors, keys, manifestHash } = metadata
  const shown = [id, manifestHash, keys, factors.map((factor) => factor.id), syncFactors.map((factor) => factor.id)]
  const ids = (list: ModelBackup['mainFactors']): readonly string[] => list.map((factor) => factor.id)
  const wanted = [state.id, state.hash, state.keys, ids(state.mainFactors), ids(state.syncFactors)]
  return JSON.stringify(shown) === JSON.stringify(wanted)
}

function sameBytes(left: Uint8Array, right: Uint8Array | undefined): boolean {
  return right !== undefined && Buffer.compare(left, right) === 0
}
