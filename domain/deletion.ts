import { credentialReference } from './credential.ts'
import type { EncryptedBackupKey } from './encrypted-backup-key.ts'
import type { Factor, FactorId, FactorScope, MainFactor, SyncFactor } from './factor.ts'

/** A factor to take away, and the key to take with it. */
export interface FactorRemoval {
  readonly scope: FactorScope
  readonly factorId: FactorId
  readonly key?: EncryptedBackupKey | undefined
}

/** A deletion by a sync factor that can be undone for a while: the device may have been stolen. */
export interface Deletion {
  /** The sync factor that made it. Whoever undoes the deletion distrusts this factor, and takes it off. */
  readonly deletedBy: FactorId
  /** Seconds since the epoch. From then on the deletion is final, whether or not it has been swept. */
  readonly recoverableUntil: number
}

/** A factor that was removed, as it was then. Until that is final its credential stays reserved. */
export type RemovedFactor = RemovedMainFactor | RemovedSyncFactor

export interface RemovedMainFactor extends Deletion {
  readonly scope: 'MAIN'
  readonly factor: MainFactor
  /** That was removed with it. */
  readonly key?: EncryptedBackupKey
}

export interface RemovedSyncFactor extends Deletion {
  readonly scope: 'SYNC'
  readonly factor: SyncFactor
}

/** The part of a backup's state that deletions change. */
export interface Deletable {
  /** 1 to 10. */
  readonly mainFactors: readonly MainFactor[]
  /** 0 to 25. */
  readonly syncFactors: readonly SyncFactor[]
  /** At most one of each kind. */
  readonly keys: readonly EncryptedBackupKey[]
  /** Of the whole backup: to all but those who may undo it, there is none any more. */
  readonly deletion: Deletion | undefined
  /** In the order of their removal. With the factors of their scope never more than the limit of that scope. */
  readonly removedFactors: readonly RemovedFactor[]
}

/** @param at seconds since the epoch */
export function isFinal({ recoverableUntil }: Deletion, at: number): boolean {
  return at >= recoverableUntil
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

/** What stays recoverable beside a new factor: what is not final by its creation, and is not of the same credential. */
export function removedBeside(
  removedFactors: readonly RemovedFactor[],
  { credential, createdAt }: Factor,
): readonly RemovedFactor[] {
  const reference = credentialReference(credential)
  return removedFactors.filter(
    (removed) => !isFinal(removed, createdAt) && credentialReference(removed.factor.credential) !== reference,
  )
}

/**
 * The state without its deletions, and without the sync factors that made them: those are what is distrusted, even where
 * one removed itself. What is final at `at` (seconds since the epoch) is not given back.
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
