import { isDeepStrictEqual } from 'node:util'
import type { BackupState } from '../../../domain/backup-state.ts'
import type { Credential } from '../../../domain/credential.ts'
import type { Deletion, RemovedFactor } from '../../../domain/deletion.ts'
import type { DomainErrorCode } from '../../../domain/domain-error.ts'
import type { EncryptedBackupKey } from '../../../domain/encrypted-backup-key.ts'
import type { Factor, FactorId, FactorScope } from '../../../domain/factor.ts'
import type { BackupOperation } from './backup-operations.ts'

export type Outcome = 'accepted' | 'deleted' | DomainErrorCode

type Mutable<State> = { -readonly [Member in keyof State]: State[Member] }
type Reason = readonly [code: DomainErrorCode, applies: boolean]

const NEEDS = [
  ['PRF', 'PASSKEY'],
  ['ICLOUD', 'EC_KEYPAIR'],
  ['TURNKEY', 'OIDC_ACCOUNT'],
]

/**
 * The policies read as plainly as they are written: one state that is overwritten, and for each operation the reasons to
 * refuse it, of which the first that applies is the answer.
 */
export class BackupModel {
  readonly state: Mutable<BackupState>

  constructor(state: BackupState) {
    this.state = { ...state }
  }

  apply(operation: BackupOperation): Outcome {
    const refusal = this.#reasons(operation).find(([, applies]) => applies)
    return refusal === undefined ? this.#perform(operation) : refusal[0]
  }

  #reasons(operation: BackupOperation): readonly Reason[] {
    const { mainFactors, syncFactors, keys, manifestHash, blob } = this.state
    switch (operation.kind) {
      case 'add main': {
        const kinds = new Set(keys.map(({ kind }) => kind))
        return [
          ['factor_already_exists', this.#knows(operation.factor.credential)],
          ['too_many_factors', mainFactors.length + this.#recoverable('MAIN', operation.factor) >= 10],
          ['only_one_encryption_key_per_type_allowed', operation.key !== undefined && kinds.has(operation.key.kind)],
        ]
      }
      case 'add sync':
        return [
          ['factor_already_exists', this.#knows(operation.factor.credential)],
          ['too_many_factors', syncFactors.length + this.#recoverable('SYNC', operation.factor) >= 25],
        ]
      case 'remove': {
        const { scope, factorId, key } = operation.removal
        const listed = (scope === 'MAIN' ? mainFactors : syncFactors).map(({ id }) => id)
        const remaining = mainFactors.filter(({ id }) => id !== factorId)
        const needed = remaining.some(({ credential }) => serves(key?.kind, credential.kind))
        return [
          ['encryption_key_not_allowed', scope === 'SYNC' && key !== undefined],
          ['factor_not_found', !listed.includes(factorId)],
          ['encryption_key_not_found', key !== undefined && !keys.some((kept) => isDeepStrictEqual(kept, key))],
          ['factor_orphaned_from_encryption_key', needed],
        ]
      }
      case 'delete':
      case 'undelete':
      case 'drop what is final':
        return []
      case 'sync':
        return [
          ['manifest_hash_mismatch', operation.change.from !== manifestHash],
          ['manifest_hash_mismatch', !isDeepStrictEqual(operation.change.base, blob)],
        ]
      case 'count': {
        const kept = this.#counter(operation.credentialId)
        const counts = kept !== undefined && (kept > 0 || operation.counter > 0)
        return [['webauthn_error', counts && operation.counter <= kept]]
      }
    }
  }

  #perform(operation: BackupOperation): Outcome {
    const { state } = this
    switch (operation.kind) {
      case 'add main':
        state.mainFactors = [...state.mainFactors, operation.factor]
        if (operation.key !== undefined) state.keys = [...state.keys, operation.key]
        state.removedFactors = this.#removedBeside(operation.factor)
        return 'accepted'
      case 'add sync':
        state.syncFactors = [...state.syncFactors, operation.factor]
        state.removedFactors = this.#removedBeside(operation.factor)
        return 'accepted'
      case 'remove': {
        const { factorId, key } = operation.removal
        const { deletion } = operation
        if (
          deletion !== undefined &&
          isDeepStrictEqual(
            state.mainFactors.map(({ id }) => id),
            [factorId],
          )
        ) {
          state.deletion = deletion
          return 'accepted'
        }
        if (deletion !== undefined) this.#keep(factorId, key, deletion)
        state.mainFactors = state.mainFactors.filter(({ id }) => id !== factorId)
        state.syncFactors = state.syncFactors.filter(({ id }) => id !== factorId)
        if (key !== undefined) state.keys = state.keys.filter(({ kind }) => kind !== key.kind)
        return state.mainFactors.length === 0 ? 'deleted' : 'accepted'
      }
      case 'delete':
        state.deletion = operation.deletion
        return 'accepted'
      case 'undelete':
        return this.#undelete(operation.at)
      case 'drop what is final':
        if (state.deletion !== undefined && state.deletion.recoverableUntil <= operation.at) return 'deleted'
        state.removedFactors = state.removedFactors.filter((removed) => removed.recoverableUntil > operation.at)
        return 'accepted'
      case 'sync': {
        const { to, blob, history } = operation.change
        const blobs = [blob, state.blob, ...state.supersededBlobs]
        state.manifestHash = to
        state.blob = blob
        state.supersededBlobs = blobs.filter((_, age) => age >= 1 && age <= history)
        return 'accepted'
      }
      case 'count': {
        const { credentialId, counter } = operation
        state.mainFactors = state.mainFactors.map((factor) =>
          factor.credential.kind === 'PASSKEY' && factor.credential.credentialId === credentialId
            ? { ...factor, credential: { ...factor.credential, signatureCounter: counter } }
            : factor,
        )
        return 'accepted'
      }
    }
  }

  /** How many removed factors still stand in the way of a new one. */
  #recoverable(scope: FactorScope, factor: Factor): number {
    return this.#removedBeside(factor).filter((removed) => removed.scope === scope).length
  }

  #removedBeside({ credential, createdAt }: Factor): readonly RemovedFactor[] {
    return this.state.removedFactors.filter(
      ({ factor, recoverableUntil }) =>
        recoverableUntil > createdAt && !isDeepStrictEqual(identity(factor.credential), identity(credential)),
    )
  }

  #keep(factorId: FactorId, key: EncryptedBackupKey | undefined, deletion: Deletion): void {
    const { state } = this
    const main = state.mainFactors.find(({ id }) => id === factorId)
    const sync = state.syncFactors.find(({ id }) => id === factorId)
    const removed: RemovedFactor[] = []
    if (main !== undefined && key === undefined) removed.push({ ...deletion, scope: 'MAIN', factor: main })
    if (main !== undefined && key !== undefined) removed.push({ ...deletion, scope: 'MAIN', factor: main, key })
    if (sync !== undefined) removed.push({ ...deletion, scope: 'SYNC', factor: sync })
    state.removedFactors = [...state.removedFactors, ...removed]
  }

  #undelete(at: number): Outcome {
    const { state } = this
    const { deletion } = state
    if (deletion !== undefined && deletion.recoverableUntil <= at) return 'deleted'
    const undone = state.removedFactors.filter(({ recoverableUntil }) => recoverableUntil > at)
    if (deletion === undefined && undone.length === 0) return 'accepted'
    for (const removed of undone) {
      if (removed.scope === 'MAIN') state.mainFactors = [...state.mainFactors, removed.factor]
      if (removed.scope === 'SYNC') state.syncFactors = [...state.syncFactors, removed.factor]
    }
    for (const removed of undone.toReversed()) {
      if (removed.scope === 'SYNC' || removed.key === undefined) continue
      const { key } = removed
      if (!state.keys.some(({ kind }) => kind === key.kind)) state.keys = [...state.keys, key]
    }
    for (const { deletedBy } of [...undone, ...(deletion === undefined ? [] : [deletion])]) {
      state.syncFactors = state.syncFactors.filter(({ id }) => id !== deletedBy)
    }
    state.deletion = undefined
    state.removedFactors = []
    return 'accepted'
  }

  #knows(credential: Credential): boolean {
    const factors = [...this.state.mainFactors, ...this.state.syncFactors]
    return factors.some((factor) => isDeepStrictEqual(identity(factor.credential), identity(credential)))
  }

  #counter(credentialId: string): number | undefined {
    for (const { credential } of this.state.mainFactors) {
      if (credential.kind === 'PASSKEY' && credential.credentialId === credentialId) return credential.signatureCounter
    }
    return undefined
  }
}

/** What makes two credentials the same, whatever else is kept of them. */
export function identity(credential: Credential): readonly string[] {
  switch (credential.kind) {
    case 'PASSKEY':
      return [credential.kind, credential.credentialId]
    case 'OIDC_ACCOUNT':
      return [credential.kind, credential.provider, credential.subject]
    case 'EC_KEYPAIR':
      return [credential.kind, credential.publicKey]
  }
}

/** Whether a main factor of this kind recovers nothing without a key of that kind. */
export function serves(key: string | undefined, factor: string): boolean {
  return NEEDS.some(([needed, by]) => needed === key && by === factor)
}
