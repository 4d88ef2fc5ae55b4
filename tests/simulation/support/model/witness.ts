import type { Commit, CommitOutcome } from '../../../../application/ports/backup-index.ts'
import type { Attempt } from '../engine/attempt.ts'
import type { Recorder } from '../engine/recorder.ts'
import type { VirtualTime } from '../engine/virtual-time.ts'
import { changesNothing } from '../clients/operation-kinds.ts'
import { effectOf } from './effects.ts'
import type { Model } from './model.ts'
import { seenOf } from './model-backup.ts'
import { Violation } from './violation.ts'

/** A blob that was stored at some time. */
export interface WitnessedBlob {
  readonly content: Uint8Array
  readonly uploader: Attempt
  /** Whose commit took the last pointer to it away. */
  droppedBy: Attempt | undefined
}

/** Stands next to the stores: sees every effect when it happens, whatever its caller is told, and keeps the model. */
export class Witness {
  readonly model: Model
  readonly blobs = new Map<string, WitnessedBlob>()
  /** Which attempt used what works once. */
  readonly usedProofs = new Map<string, Attempt>()
  /** The first thing that must never be. */
  violation: Violation | undefined
  /** Something happened in a store since it was last compared with the model. */
  storesChanged = false
  readonly #time: VirtualTime
  readonly #recorder: Recorder
  readonly #effective = new Set<string>()

  constructor(model: Model, time: VirtualTime, recorder: Recorder) {
    this.model = model
    this.#time = time
    this.#recorder = recorder
  }

  /** Milliseconds since the epoch. */
  get now(): number {
    return this.#time.now()
  }

  /** Runs a check, and keeps what it finds. */
  check(check: () => void): void {
    try {
      check()
    } catch (error) {
      this.report(error)
    }
  }

  /** @throws whatever is no violation: the simulation itself is at fault */
  report(error: unknown): void {
    if (!(error instanceof Violation)) throw error
    if (this.violation === undefined) this.#recorder.note(`VIOLATION of invariant ${error.invariant}: ${error.message}`)
    this.violation ??= error
  }

  committed(attempt: Attempt, commit: Commit, outcome: CommitOutcome): void {
    this.storesChanged = true
    this.#recorder.note(`#${attempt.id} commit ${commit.id.slice(0, 8)}: ${outcome}`)
    // A repetition is told the same, and has no effect of its own.
    if (outcome !== 'committed' || this.#effective.has(commit.id)) return
    this.#effective.add(commit.id)
    this.check(() => this.#apply(attempt, commit))
  }

  stored(attempt: Attempt, key: string): void {
    this.storesChanged = true
    const { intent } = attempt.request
    if (!('content' in intent)) return
    this.blobs.set(key, { content: intent.content, uploader: attempt, droppedBy: undefined })
  }

  deleted(): void {
    this.storesChanged = true
  }

  alarmed(message: string): void {
    this.report(new Violation(1, `the service raised an alarm: ${message}`))
  }

  #apply(attempt: Attempt, commit: Commit): void {
    const readOnly = changesNothing(attempt.request.kind)
    // A retrieval consumes its challenge beside opening the blob, whatever comes of that.
    if (attempt.outcome === 'refused' && attempt.request.kind !== 'retrieve') {
      throw new Violation(3, `#${attempt.id} was refused (${attempt.refusal}), and took effect later`)
    }
    this.#useProofs(attempt)
    if (attempt.request.kind === 'sweep') {
      // One change for each backup, and a repetition of a change that came first.
      if (commit.change !== undefined) this.#change(attempt, commit)
      return
    }
    if (commit.change === undefined && (!readOnly || attempt.effects > 0)) {
      attempt.consumed = true
      return
    }
    if (attempt.effects > 0) throw new Violation(4, `#${attempt.id} took effect twice`)
    attempt.effects += 1
    if (commit.change !== undefined) this.#change(attempt, commit)
  }

  #useProofs(attempt: Attempt): void {
    for (const proof of attempt.request.proofs) {
      const user = this.usedProofs.get(proof) ?? attempt
      if (user !== attempt) throw new Violation(4, `#${attempt.id} used a proof that #${user.id} had used`)
      this.usedProofs.set(proof, attempt)
    }
  }

  #change(attempt: Attempt, commit: Commit): void {
    const { id, after } = effectOf(attempt, commit, this.model)
    attempt.after = seenOf(after)
    this.model.become(id, after, this.#time.steps)
    const { change } = commit
    if (change === undefined || change.kind === 'create') return
    const kept = change.kind === 'delete' ? [] : change.after.blobs().map(({ key }) => key)
    for (const { key } of change.before.backup.blobs()) {
      const blob = kept.includes(key) ? undefined : this.blobs.get(key)
      if (blob !== undefined) blob.droppedBy = attempt
    }
  }
}
