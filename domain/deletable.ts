import type { BackupState } from './backup-state.ts'
import { isFinal, type Deletion, type RemovedFactor } from './deletion.ts'
import type { EncryptedBackupKey } from './encrypted-backup-key.ts'
import type { Factor, FactorId, FactorScope } from './factor.ts'

/** What deletions change of a backup. */
export type Deletable = Pick<BackupState, 'mainFactors' | 'syncFactors' | 'keys' | 'deletion' | 'removedFactors'>

/** A factor to take away, and the key to take with it. */
export interface FactorRemoval {
  readonly scope: FactorScope
  readonly factorId: FactorId
  readonly key?: EncryptedBackupKey | undefined
}

/** What is kept of the one factor that is removed. */
export function removedFactor(
  { mainFactors, syncFactors }: Deletable,
  { scope, factorId, key }: FactorRemoval,
  deletion: Deletion,
): readonly RemovedFactor[] {
  const named = ({ id }: Factor): boolean => id === factorId
  return scope === 'MAIN'
    ? mainFactors.filter(named).map((factor) => ({ ...deletion, scope, factor, ...(key !== undefined && { key }) }))
    : syncFactors.filter(named).map((factor) => ({ ...deletion, scope, factor }))
}

/**
 * The state without its deletions, and without the sync factors that made them: those are what is distrusted, even
 * where one removed itself. What is final at `at` (seconds since the epoch) is not given back.
 */
export function undo({ mainFactors, syncFactors, keys, deletion, removedFactors }: Deletable, at: number): Deletable {
  const undone = removedFactors.filter((removed) => !isFinal(removed, at))
  const deleters = new Set([deletion, ...undone].map((made) => made?.deletedBy))
  const givenBack = <Scope extends RemovedFactor['scope']>(scope: Scope) =>
    undone.filter((removed): removed is RemovedFactor & { readonly scope: Scope } => removed.scope === scope)
  return {
    mainFactors: [...mainFactors, ...givenBack('MAIN').map(({ factor }) => factor)],
    syncFactors: [...syncFactors, ...givenBack('SYNC').map(({ factor }) => factor)].filter(
      ({ id }) => !deleters.has(id),
    ),
    // Of several keys of one kind the one in use counts, else the one removed last: whoever undoes cannot choose.
    keys: givenBack('MAIN')
      .flatMap(({ key }) => key ?? [])
      .reduceRight((kept, key) => (kept.some(({ kind }) => kind === key.kind) ? kept : [...kept, key]), keys),
    deletion: undefined,
    removedFactors: [],
  }
}
