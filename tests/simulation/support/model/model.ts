import type { BackupId } from '../../../../domain/backup-id.ts'
import type { FactorReference } from '../../../../domain/factor.ts'
import type { Retention } from '../retention.ts'
import { holds, reserves, seenOf, type ModelBackup } from './model-backup.ts'

/** A state that a backup was in, `undefined` for none. */
export interface Epoch {
  readonly state: ModelBackup | undefined
  /** The step in which it began. */
  readonly from: number
}

/** From one step to another, both included. */
export interface Window {
  readonly from: number
  readonly until: number
}

/** What every backup must be, and was at every step: commits take effect one after the other, so there is one truth. */
export class Model {
  readonly #timelines = new Map<BackupId, Epoch[]>()

  /** How many superseded blobs a backup keeps. */
  readonly blobHistory: number
  /** Seconds for which a deletion can be undone, 0 for never. */
  readonly deletionGrace: number

  constructor(ids: readonly BackupId[], { history, deletionGrace }: Retention) {
    this.blobHistory = history
    this.deletionGrace = deletionGrace
    for (const id of ids) this.#timelines.set(id, [{ state: undefined, from: 0 }])
  }

  get ids(): readonly BackupId[] {
    return [...this.#timelines.keys()]
  }

  current(id: BackupId): ModelBackup | undefined {
    return seenOf(this.kept(id))
  }

  /** The same, or what is kept of a deleted one. */
  kept(id: BackupId): ModelBackup | undefined {
    return this.history(id).at(-1)?.state
  }

  /** The backup that a factor leads to. */
  owner(reference: FactorReference): ModelBackup | undefined {
    return this.ids.map((id) => this.current(id)).find((backup) => holds(backup, reference))
  }

  /** The backup that the row of a factor names, whether or not the factor leads there. */
  reserver(reference: FactorReference): ModelBackup | undefined {
    return this.ids.map((id) => this.kept(id)).find((backup) => reserves(backup, reference))
  }

  /** @param step in which it becomes so */
  become(id: BackupId, state: ModelBackup | undefined, step: number): void {
    this.#timelines.get(id)?.push({ state, from: step })
  }

  history(id: BackupId): readonly Epoch[] {
    return this.#timelines.get(id) ?? []
  }

  /** Every state that the backup was seen in at some time in the window. */
  during(id: BackupId, window: Window): readonly (ModelBackup | undefined)[] {
    return this.keptDuring(id, window).map(seenOf)
  }

  /** The same, with what was kept of it while it was deleted. */
  keptDuring(id: BackupId, { from, until }: Window): readonly (ModelBackup | undefined)[] {
    const epochs = this.history(id)
    return epochs
      .filter((epoch, index) => epoch.from <= until && (epochs[index + 1]?.from ?? Infinity) >= from)
      .map(({ state }) => state)
  }

  /** The backup that the factor led to all of the time, one and the same; its last state in the window. */
  steadyOwner(reference: FactorReference, window: Window): ModelBackup | undefined {
    for (const id of this.ids) {
      const states = this.during(id, window)
      const last = states.at(-1)
      if (last === undefined) continue
      if (states.every((state) => state?.incarnation === last.incarnation && holds(state, reference))) return last
    }
    return undefined
  }

  /** Whether the factor had a row to any backup at some time in the window. */
  wasReserved(reference: FactorReference, window: Window): boolean {
    return this.ids.some((id) => this.keptDuring(id, window).some((state) => reserves(state, reference)))
  }
}
