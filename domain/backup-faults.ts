import { MAX_MAIN_FACTORS, MAX_SYNC_FACTORS } from './backup-state.ts'
import type { Backup } from './backup.ts'
import { backupIdOf } from './blob-key.ts'
import { credentialReference } from './credential.ts'
import type { FactorScope } from './factor.ts'

/**
 * What no change that `Backup` allows leads to, so what a stored backup shows only when it was damaged.
 * @returns a text for each rule that is broken: ids and counts, no credential
 */
export function backupFaults({ state }: Backup): readonly string[] {
  const { id, mainFactors, syncFactors, keys, blob, supersededBlobs, removedFactors } = state
  const removed = removedFactors.map(({ factor }) => factor)
  const factors = [...mainFactors, ...syncFactors, ...removed]
  const removedFrom = (scope: FactorScope): number => removedFactors.filter((gone) => gone.scope === scope).length
  const blobs = [blob, ...supersededBlobs]
  return [
    ...(mainFactors.length === 0 ? ['it has no main factor'] : []),
    ...beyond(mainFactors.length + removedFrom('MAIN'), MAX_MAIN_FACTORS, 'main'),
    ...beyond(syncFactors.length + removedFrom('SYNC'), MAX_SYNC_FACTORS, 'sync'),
    ...repeated(factors, (factor) => factor.id).map((factor) => `it has two factors of the id ${factor.id}`),
    ...repeated(factors, ({ credential }) => credentialReference(credential)).map(
      (factor) => `the credential of factor ${factor.id} is another factor's too`,
    ),
    ...repeated(keys, (key) => key.kind).map((key) => `it has two encrypted keys of kind ${key.kind}`),
    ...repeated(blobs, ({ key }) => key).map(({ key }) => `it points to blob ${key} twice`),
    // Whoever sweeps looks for the owner of a blob under the id that its key begins with.
    ...blobs.filter(({ key }) => backupIdOf(key) !== id).map(({ key }) => `it points to blob ${key}, not its own`),
  ]
}

function beyond(count: number, limit: number, scope: string): readonly string[] {
  return count > limit ? [`it has ${count} ${scope} factors, more than ${limit}`] : []
}

/** Every item but the first of those that have the same name. */
function repeated<Item>(items: readonly Item[], nameOf: (item: Item) => string): readonly Item[] {
  const names = items.map(nameOf)
  return items.filter((item, at) => names.indexOf(nameOf(item)) < at)
}
