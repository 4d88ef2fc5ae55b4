import type { BackupId } from './backup-id.ts'
import { MAX_MAIN_FACTORS, MAX_SYNC_FACTORS, type BackupState } from './backup-state.ts'
import {
  credentialReference,
  type CredentialIdentity,
  type CredentialReference,
  type PasskeyCredential,
} from './credential.ts'
import { removedFactor, undo, type FactorRemoval } from './deletable.ts'
import { isFinal, removedBeside, type Deletion, type RemovedFactor } from './deletion.ts'
import { DomainError } from './domain-error.ts'
import { FACTOR_SERVED_BY, sameKey, type EncryptedBackupKey } from './encrypted-backup-key.ts'
import type { Factor, FactorId, FactorReference, FactorScope, MainFactor, SyncFactor } from './factor.ts'
import type { ManifestHash } from './manifest-hash.ts'
import type { SealedBlob } from './sealed-blob.ts'

/** What a backup starts with. */
export interface NewBackup {
  readonly id: BackupId
  readonly incarnation: string
  readonly mainFactor: MainFactor
  readonly syncFactor: SyncFactor
  readonly key: EncryptedBackupKey
  readonly manifestHash: ManifestHash
  readonly blob: SealedBlob
}

/** A sync: from which state to which, and the bytes that are that state. */
export interface ContentChange {
  /** The blob that the client's state was read with. */
  readonly base: SealedBlob
  readonly from: ManifestHash
  readonly to: ManifestHash
  readonly blob: SealedBlob
  /** How many superseded blobs stay. */
  readonly history: number
}

/** One backup and the rules that every change of it obeys. Immutable: each change gives a new one or a refusal. */
export class Backup {
  readonly state: BackupState

  private constructor(state: BackupState) {
    this.state = state
  }

  /** @throws {DomainError} `factor_already_exists` if one key is to be both factors */
  static create({ mainFactor, syncFactor, key, ...rest }: NewBackup): Backup {
    requireDistinctCredentials(mainFactor.credential, syncFactor.credential)
    return new Backup({
      ...rest,
      mainFactors: [mainFactor],
      syncFactors: [syncFactor],
      keys: [key],
      supersededBlobs: [],
      deletion: undefined,
      removedFactors: [],
    })
  }

  /** A backup as a store kept it. */
  static restore(state: BackupState): Backup {
    return new Backup(state)
  }

  get id(): BackupId {
    return this.state.id
  }

  /** Whether it was deleted and its id and factors are only kept for as long as that can be undone. */
  get isDeleted(): boolean {
    return this.state.deletion !== undefined
  }

  /** Whether the credential is a factor in the scope. */
  has(reference: FactorReference): boolean {
    return this.factorId(reference) !== undefined
  }

  /** The id that the credential has as a factor in the scope. */
  factorId({ scope, credential }: FactorReference): FactorId | undefined {
    return this.#factors(scope).find((factor) => credentialReference(factor.credential) === credential)?.id
  }

  hasMainFactor(id: FactorId): boolean {
    return this.state.mainFactors.some((factor) => factor.id === id)
  }

  /** Whether the credential was a factor in the scope, and is reserved for as long as its removal can be undone. */
  hasRemoved({ scope, credential }: FactorReference): boolean {
    return this.state.removedFactors.some(
      (removed) => removed.scope === scope && credentialReference(removed.factor.credential) === credential,
    )
  }

  /** The passkey of this credential id (base64url). */
  passkey(credentialId: string): PasskeyCredential | undefined {
    return this.state.mainFactors
      .map(({ credential }) => credential)
      .filter((credential) => credential.kind === 'PASSKEY')
      .find((credential) => credential.credentialId === credentialId)
  }

  /** The Turnkey organization that keeps the owner's key, if any does. */
  turnkeyAccountId(): string | undefined {
    return this.state.keys.find((key) => key.kind === 'TURNKEY')?.turnkeyAccountId
  }

  /**
   * Everything this backup can be found by, or reserves until a removal is final; exactly these rows exist in the
   * index.
   */
  factorReferences(): readonly FactorReference[] {
    const { mainFactors, syncFactors, removedFactors } = this.state
    return [
      ...mainFactors.map((factor) => ({ scope: 'MAIN', factor }) as const),
      ...syncFactors.map((factor) => ({ scope: 'SYNC', factor }) as const),
      ...removedFactors,
    ].map(({ scope, factor }) => ({ scope, credential: credentialReference(factor.credential) }))
  }

  /** Every blob this backup points to, the current one first. */
  blobs(): readonly SealedBlob[] {
    return [this.state.blob, ...this.state.supersededBlobs]
  }

  /** @throws {DomainError} `manifest_hash_mismatch` unless this is the state the client starts from */
  requireManifestHash(from: ManifestHash): void {
    if (from !== this.state.manifestHash) throw this.#movedOn()
  }

  /** @throws {DomainError} `manifest_hash_mismatch` */
  withContent({ base, from, to, blob, history }: ContentChange): Backup {
    this.requireManifestHash(from)
    // Two syncs that lead to the hash they start from must not both win: the bytes tell them apart.
    if (base.key !== this.state.blob.key) throw this.#movedOn()
    return this.#with({ manifestHash: to, blob, supersededBlobs: this.blobs().slice(0, history) })
  }

  /**
   * A removed factor of the same credential is not given back any more. The others count towards the limit until they
   * are final: everything that can come back must find room.
   * @param factor its `createdAt` is now, which says what is final
   * @param key sealed for the new factor
   * @throws {DomainError} `factor_already_exists`, `too_many_factors`, `only_one_encryption_key_per_type_allowed`
   */
  withMainFactor(factor: MainFactor, key?: EncryptedBackupKey): Backup {
    this.#requireNewCredential(credentialReference(factor.credential))
    const removedFactors = removedBeside(this.state.removedFactors, factor)
    this.#requireRoom('MAIN', removedFactors)
    if (key !== undefined && this.state.keys.some((kept) => kept.kind === key.kind)) {
      throw new DomainError(
        'only_one_encryption_key_per_type_allowed',
        `the backup already has an encryption key of kind ${key.kind}`,
      )
    }
    return this.#with({
      mainFactors: [...this.state.mainFactors, factor],
      keys: key === undefined ? this.state.keys : [...this.state.keys, key],
      removedFactors,
    })
  }

  /** As {@link withMainFactor}. @throws {DomainError} `factor_already_exists`, `too_many_factors` */
  withSyncFactor(factor: SyncFactor): Backup {
    this.#requireNewCredential(credentialReference(factor.credential))
    const removedFactors = removedBeside(this.state.removedFactors, factor)
    this.#requireRoom('SYNC', removedFactors)
    return this.#with({ syncFactors: [...this.state.syncFactors, factor], removedFactors })
  }

  /**
   * @param deletion who removes it and until when that can be undone; without it, the removal is final at once
   * @returns `undefined`, or a deleted backup, when the last main factor goes: nobody could recover the backup any
   *   more, so it goes too
   * @throws {DomainError} `encryption_key_not_allowed`, `factor_not_found`, `encryption_key_not_found`,
   *   `factor_orphaned_from_encryption_key`
   */
  withoutFactor({ scope, factorId, key }: FactorRemoval, deletion?: Deletion): Backup | undefined {
    if (scope === 'SYNC' && key !== undefined) {
      throw new DomainError('encryption_key_not_allowed', 'a sync factor has no encryption key to remove')
    }
    if (!this.#factors(scope).some((factor) => factor.id === factorId)) {
      throw new DomainError('factor_not_found', 'the backup has no such factor in this scope')
    }
    const mainFactors = scope === 'MAIN' ? without(this.state.mainFactors, factorId) : this.state.mainFactors
    const syncFactors = scope === 'SYNC' ? without(this.state.syncFactors, factorId) : this.state.syncFactors
    const keys = key === undefined ? this.state.keys : this.#keysWithout(key, mainFactors)
    if (mainFactors.length === 0) return deletion && this.deleted(deletion)
    const removed = deletion === undefined ? [] : removedFactor(this.state, { scope, factorId, key }, deletion)
    return this.#with({ mainFactors, syncFactors, keys, removedFactors: [...this.state.removedFactors, ...removed] })
  }

  /** Keeps everything, the last main factors too: they may undo it. */
  deleted(deletion: Deletion): Backup {
    return this.#with({ deletion })
  }

  /**
   * As it is once every deletion is undone that is not final at `at` (seconds since the epoch), without the sync
   * factors that made them. The main factors that it has then are those that may undo: if removed ones could not, a
   * thief would leave just the one that the owner lost. The price is that removing a main factor is final only after
   * the grace.
   * @returns itself where there is nothing to undo, `undefined` where its own deletion is final
   */
  undeleted(at: number): Backup | undefined {
    const { deletion, removedFactors } = this.state
    if (deletion !== undefined && isFinal(deletion, at)) return undefined
    if (deletion === undefined && removedFactors.every((removed) => isFinal(removed, at))) return this
    return this.#with(undo(this.state, at))
  }

  /**
   * Without what can be undone no more.
   * @param at seconds since the epoch
   * @returns itself where nothing became final, `undefined` where its own deletion did
   */
  withoutFinalDeletions(at: number): Backup | undefined {
    const { deletion, removedFactors } = this.state
    if (deletion !== undefined && isFinal(deletion, at)) return undefined
    const recoverable = removedFactors.filter((removed) => !isFinal(removed, at))
    return recoverable.length === removedFactors.length ? this : this.#with({ removedFactors: recoverable })
  }

  /**
   * Keeps the counter of an assertion that was verified (WebAuthn Level 3 §7.2 step 22).
   * @returns itself for an authenticator that does not count
   * @throws {DomainError} `webauthn_error` when a counting authenticator went back or stood still: it may be cloned
   */
  withSignatureCounter(credentialId: string, signatureCounter: number): Backup {
    const passkey = this.passkey(credentialId)
    if (passkey === undefined || (signatureCounter === 0 && passkey.signatureCounter === 0)) return this
    if (signatureCounter <= passkey.signatureCounter) {
      throw new DomainError('webauthn_error', 'the passkey could not be verified')
    }
    return this.#with({
      mainFactors: this.state.mainFactors.map((factor) =>
        factor.credential === passkey ? { ...factor, credential: { ...passkey, signatureCounter } } : factor,
      ),
    })
  }

  #factors(scope: FactorScope): readonly Factor[] {
    return scope === 'MAIN' ? this.state.mainFactors : this.state.syncFactors
  }

  /** The same credential is never in both lists, so either list counts; one that was removed may come back. */
  #requireNewCredential(credential: CredentialReference): void {
    const factors: readonly Factor[] = [...this.state.mainFactors, ...this.state.syncFactors]
    if (factors.some((factor) => credentialReference(factor.credential) === credential)) {
      throw new DomainError('factor_already_exists', 'this credential is already a factor of the backup')
    }
  }

  #requireRoom(scope: FactorScope, removedFactors: readonly RemovedFactor[]): void {
    const limit = scope === 'MAIN' ? MAX_MAIN_FACTORS : MAX_SYNC_FACTORS
    const recoverable = removedFactors.filter((removed) => removed.scope === scope).length
    if (this.#factors(scope).length + recoverable < limit) return
    const removed = recoverable > 0 ? `, of which ${recoverable} were removed and can be undeleted` : ''
    throw new DomainError('too_many_factors', `a backup has at most ${limit} ${scope.toLowerCase()} factors${removed}`)
  }

  #keysWithout(key: EncryptedBackupKey, remaining: readonly MainFactor[]): readonly EncryptedBackupKey[] {
    const keys = this.state.keys.filter((kept) => !sameKey(kept, key))
    if (keys.length === this.state.keys.length) {
      throw new DomainError('encryption_key_not_found', 'the backup has no such encryption key')
    }
    if (remaining.some((factor) => factor.credential.kind === FACTOR_SERVED_BY[key.kind])) {
      throw new DomainError(
        'factor_orphaned_from_encryption_key',
        'another main factor still needs this kind of encryption key',
      )
    }
    return keys
  }

  /** Tells where it is now: only to those who have proved to be of this backup. */
  #movedOn(): DomainError {
    return new DomainError('manifest_hash_mismatch', 'the backup has moved on from currentManifestHash', {
      details: { currentManifestHash: this.state.manifestHash },
    })
  }

  #with(change: Partial<BackupState>): Backup {
    return new Backup({ ...this.state, ...change })
  }
}

/**
 * The same credential is never both a main and a sync factor of a backup.
 * @throws {DomainError} `factor_already_exists`
 */
export function requireDistinctCredentials(main: CredentialIdentity, sync: CredentialIdentity): void {
  if (credentialReference(main) === credentialReference(sync)) {
    throw new DomainError('factor_already_exists', 'the main factor and the sync factor are the same credential')
  }
}

function without<Kind extends Factor>(factors: readonly Kind[], id: FactorId): readonly Kind[] {
  return factors.filter((factor) => factor.id !== id)
}
