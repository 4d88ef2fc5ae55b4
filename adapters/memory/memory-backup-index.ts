import type {
  BackupIndex,
  Commit,
  CommitOutcome,
  ListedEntry,
  StoredBackup,
} from '../../application/ports/backup-index.ts'
import type { BackupId } from '../../domain/backup-id.ts'
import type { FactorReference } from '../../domain/factor.ts'
import {
  decideCommit,
  EXPIRED_CONSUMPTION_KEPT_SECONDS,
  type IndexSnapshot,
  type RecordedConsumption,
} from '../shared/commit-decision.ts'
import { changedBackup, factorRowChanges, factorRowKey, factorRowName } from '../shared/factor-rows.ts'

const SMALLEST_SWEEP = 1024

interface FactorRow {
  readonly reference: FactorReference
  readonly owner: BackupId
}

/** Gone with the process. A commit runs within one turn of the event loop, which is what makes it atomic. */
export class MemoryBackupIndex implements BackupIndex {
  readonly #backups = new Map<BackupId, StoredBackup>()
  readonly #owners = new Map<string, FactorRow>()
  readonly #consumptions = new Map<string, RecordedConsumption>()
  #sweepAtSize = SMALLEST_SWEEP

  readonly #snapshot: IndexSnapshot = {
    revision: (id) => this.#backups.get(id)?.revision,
    owner: (reference) => this.#owners.get(factorRowKey(reference))?.owner,
    consumption: (key) => this.#consumptions.get(key),
  }

  async findByFactor(reference: FactorReference): Promise<BackupId | undefined> {
    return this.#owners.get(factorRowKey(reference))?.owner
  }

  async load(id: BackupId): Promise<StoredBackup | undefined> {
    return this.#backups.get(id)
  }

  async commit(commit: Commit): Promise<CommitOutcome> {
    const decision = decideCommit(commit, this.#snapshot)
    if (decision !== 'apply') return decision
    this.#apply(commit)
    return 'committed'
  }

  async *list(): AsyncGenerator<ListedEntry, void, undefined> {
    for (const id of this.#backups.keys()) yield { kind: 'backup', id }
    for (const [key, { reference, owner }] of this.#owners) {
      yield {
        kind: 'factor-row',
        name: factorRowName(reference),
        backupId: owner,
        isOf: (other) => factorRowKey(other) === key,
        owner: async () => this.#owners.get(key)?.owner,
      }
    }
  }

  async checkReadiness(): Promise<void> {
    // There is nothing to be out of reach.
  }

  #apply({ id: commitId, at, consume, change }: Commit): void {
    for (const { key, expiresAt } of consume) this.#consumptions.set(key, { commitId, expiresAt })
    this.#forgetConsumptions(at - EXPIRED_CONSUMPTION_KEPT_SECONDS)
    if (change === undefined) return
    const { id } = changedBackup(change)
    const { added, removed } = factorRowChanges(change)
    for (const row of removed) this.#owners.delete(factorRowKey(row))
    for (const row of added) this.#owners.set(factorRowKey(row), { reference: row, owner: id })
    if (change.kind === 'delete') this.#backups.delete(id)
    else this.#backups.set(id, { backup: change.after, revision: commitId })
  }

  /** Looks through all of them, but only when they have doubled since the last time. */
  #forgetConsumptions(expiredBy: number): void {
    if (this.#consumptions.size < this.#sweepAtSize) return
    for (const [key, { expiresAt }] of this.#consumptions) if (expiresAt <= expiredBy) this.#consumptions.delete(key)
    this.#sweepAtSize = Math.max(SMALLEST_SWEEP, this.#consumptions.size * 2)
  }
}
