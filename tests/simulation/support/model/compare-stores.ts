import type { BackupIndex, StoredBackup } from '../../../../application/ports/backup-index.ts'
import type { BlobStore } from '../../../../application/ports/blob-store.ts'
import { MAX_MAIN_FACTORS, MAX_SYNC_FACTORS } from '../../../../domain/backup-state.ts'
import type { Backup } from '../../../../domain/backup.ts'
import { credentialReference } from '../../../../domain/credential.ts'
import type { CredentialReference } from '../../../../domain/credential.ts'
import type { Factor, FactorScope } from '../../../../domain/factor.ts'
import type { SealedBlob } from '../../../../domain/sealed-blob.ts'
import { readAll } from '../../../support/byte-streams.ts'
import type { ModelBackup, ModelDeletion, ModelFactor } from './model-backup.ts'
import { Violation } from './violation.ts'
import type { Witness } from './witness.ts'

export interface ComparedStores {
  readonly index: BackupIndex
  readonly blobs: BlobStore
}

/** Looks at the stores themselves, past every fault, and compares all of them with the model. */
export class StoreComparison {
  readonly #stores: ComparedStores
  readonly #witness: Witness
  readonly #references: readonly CredentialReference[]
  #comparisons = 0

  /** @param references every credential there is */
  constructor(stores: ComparedStores, witness: Witness, references: readonly CredentialReference[]) {
    this.#stores = stores
    this.#witness = witness
    this.#references = references
  }

  get comparisons(): number {
    return this.#comparisons
  }

  /** @throws {Violation} */
  async compare(): Promise<void> {
    this.#comparisons += 1
    const { model } = this.#witness
    const stored = await Promise.all(model.ids.map((id) => this.#stores.index.load(id)))
    for (const [index, id] of model.ids.entries()) await this.#compareBackup(model.kept(id), stored[index])
    for (const scope of ['MAIN', 'SYNC'] as const) await this.#compareRows(scope, stored)
  }

  /**
   * For when nothing is going on any more.
   * @param swept whether there is no excuse left
   * @throws {Violation} for a blob that nothing points to, unless a fault explains it
   */
  async compareBlobs(swept: boolean): Promise<void> {
    const stored = await Promise.all(this.#witness.model.ids.map((id) => this.#stores.index.load(id)))
    const pointedTo = new Set(stored.flatMap((found) => found?.backup.blobs() ?? []).map(({ key }) => key))
    for await (const { key } of this.#stores.blobs.list()) {
      if (pointedTo.has(key)) continue
      const blob = this.#witness.blobs.get(key)
      if (swept) throw new Violation(6, `the sweeper left the blob of #${blob?.uploader.id ?? 'nobody'}`)
      if (blob?.uploader.disturbed === true || blob?.droppedBy?.disturbed === true) continue
      // What was dropped by a sweep is left to it, or to the next one while it is young.
      if (blob?.droppedBy?.request.kind === 'sweep') continue
      throw new Violation(6, `the blob of #${blob?.uploader.id ?? 'nobody'} was left behind without any fault`)
    }
  }

  async #compareBackup(expected: ModelBackup | undefined, stored: StoredBackup | undefined): Promise<void> {
    if (expected === undefined) {
      if (stored !== undefined) throw new Violation(6, 'there is a backup where none should be')
      return
    }
    if (stored === undefined) throw new Violation(1, 'a backup is gone that nobody deleted')
    const { state } = stored.backup
    const found = describeBackup({
      ...state,
      hash: state.manifestHash,
      mainFactors: state.mainFactors.map(modelFactor),
      syncFactors: state.syncFactors.map(modelFactor),
      removed: state.removedFactors.map((removed) => ({
        ...removed,
        factor: modelFactor(removed.factor),
        key: removed.scope === 'MAIN' ? removed.key : undefined,
      })),
    })
    const wanted = describeBackup(expected)
    if (found !== wanted) throw new Violation(3, `a backup is ${found} and should be ${wanted}`)
    requireRoom(stored.backup)
    if (state.blob.key !== expected.blob) throw new Violation(1, 'a backup points to a blob of another state')
    const superseded = state.supersededBlobs.map(({ key }) => key)
    if (superseded.join() !== expected.superseded.join()) {
      throw new Violation(1, 'a backup does not keep the blobs that a slow reader may still need')
    }
    await this.#compareContent(state.blob, expected.content)
    for (const blob of state.supersededBlobs) {
      await this.#compareContent(blob, this.#witness.blobs.get(blob.key)?.content)
    }
  }

  async #compareContent(blob: SealedBlob, expected: Uint8Array | undefined): Promise<void> {
    const opened = await this.#stores.blobs.open(blob)
    if (opened === undefined) throw new Violation(1, 'a backup points to a blob that is gone')
    const content = await readAll(opened.body).catch(() => undefined)
    if (content === undefined || expected === undefined || !content.equals(expected)) {
      throw new Violation(1, 'a backup points to a blob that is not what was uploaded')
    }
  }

  /** Rows are what the model says, and what the backups themselves say. */
  async #compareRows(scope: FactorScope, stored: readonly (StoredBackup | undefined)[]): Promise<void> {
    const claims = new Map(
      stored.flatMap((found) =>
        (found?.backup.factorReferences() ?? [])
          .filter((reference) => reference.scope === scope)
          .map(({ credential }) => [credential, found?.backup.id]),
      ),
    )
    const rows = this.#references.map((credential) => ({ scope, credential }))
    const found = await Promise.all(rows.map((row) => this.#stores.index.findByFactor(row)))
    for (const [index, row] of rows.entries()) {
      const expected = this.#witness.model.reserver(row)?.id
      if (found[index] === expected && claims.get(row.credential) === expected) continue
      throw new Violation(
        2,
        `a factor ${expected === undefined ? 'of no backup has a row' : 'has no row to its backup'}`,
      )
    }
  }
}

function modelFactor({ id, credential }: Factor): ModelFactor {
  const counter = credential.kind === 'PASSKEY' ? credential.signatureCounter : 0
  return { id, credential: credentialReference(credential), counter }
}

/** Everything must fit into one commit, and come back to a backup that is within its limits. */
function requireRoom(backup: Backup): void {
  const rows = backup.factorReferences()
  const count = (scope: FactorScope): number => rows.filter((row) => row.scope === scope).length
  if (count('MAIN') > MAX_MAIN_FACTORS || count('SYNC') > MAX_SYNC_FACTORS) {
    throw new Violation(2, 'a backup has more factors and removed factors than it may')
  }
}

function describeBackup({
  mainFactors,
  syncFactors,
  keys,
  hash,
  deletion,
  removed,
}: Pick<ModelBackup, 'mainFactors' | 'syncFactors' | 'keys' | 'hash' | 'deletion' | 'removed'>): string {
  const factor = ({ id, credential, counter }: ModelFactor) => [id, credential, counter]
  const until = ({ deletedBy, recoverableUntil }: ModelDeletion) => [deletedBy, recoverableUntil]
  const removals = removed.map((removal) => [removal.scope, factor(removal.factor), removal.key, until(removal)])
  const deletions = [...(deletion === undefined ? [] : [until(deletion)]), ...removals]
  return JSON.stringify([hash, keys, mainFactors.map(factor), syncFactors.map(factor), ...deletions])
}
