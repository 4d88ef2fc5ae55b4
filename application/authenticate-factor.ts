import type { Backup } from '../domain/backup.ts'
import type { BackupId } from '../domain/backup-id.ts'
import { credentialReference } from '../domain/credential.ts'
import { DomainError } from '../domain/domain-error.ts'
import type { FactorId, FactorReference } from '../domain/factor.ts'
import { parseTurnkeyActivity, requireActivityFor, requireOrganization } from '../domain/turnkey-activity.ts'
import type { Authorization, EcKeypairAuthorization, PasskeyAuthorization } from './authorization.ts'
import { challengeInBase64 } from './challenge.ts'
import type { OpenedChallenge } from './challenges.ts'
import type { BackupIndex, Consumptions, StoredBackup } from './ports/backup-index.ts'
import type { BackupRateLimit } from './ports/backup-rate-limit.ts'
import type { Clock } from './ports/clock.ts'
import type { PasskeyVerifier } from './ports/passkey-verifier.ts'
import type { SignatureProofs } from './signature-proofs.ts'

/** A factor that proved itself, and the backup it leads to. */
export interface AuthenticatedFactor {
  readonly stored: StoredBackup
  /** All that the proof uses up: the challenge, and the nonce of an ID token. */
  readonly consume: Consumptions
  /** The answer when the backup goes while it is worked on. */
  readonly whenGone: () => DomainError
  /**
   * That the factor is still one of the backup's, as it now is.
   * @returns its id there
   * @throws {DomainError} `unauthorized_factor`, `backup_untraceable` of one that was deleted meanwhile
   */
  readonly requireFactor: (backup: Backup) => FactorId
  /**
   * The same authority for a change: besides, the passkey may have been used elsewhere.
   * @returns the backup, with the passkey's counter moved on if it counts
   * @throws {DomainError} as `requireFactor`, and `webauthn_error`, `turnkey_activity_error`
   */
  readonly authorize: (backup: Backup) => Backup
}

/** What an operation sees of a backup, `undefined` for nothing: what may authorise it are the factors that it sees. */
type View = (backup: Backup) => Backup | undefined

/** A deleted backup is none, however long that can be undone. */
const asItIs: View = (backup) => (backup.isDeleted ? undefined : backup)

/** Finds out who is asking: checks the proof, then finds the backup that the factor leads to. */
export class AuthenticateFactor {
  readonly #index: BackupIndex
  readonly #signatures: SignatureProofs
  readonly #passkeys: PasskeyVerifier
  readonly #clock: Clock
  readonly #rateLimit: BackupRateLimit

  constructor(
    index: BackupIndex,
    signatures: SignatureProofs,
    passkeys: PasskeyVerifier,
    clock: Clock,
    rateLimit: BackupRateLimit,
  ) {
    this.#index = index
    this.#signatures = signatures
    this.#passkeys = passkeys
    this.#clock = clock
    this.#rateLimit = rateLimit
  }

  /**
   * @param turnkeyActivity the activity that a passkey stamped in place of the bare challenge; of no meaning for
   *   other kinds, whose signature over the challenge says it all
   * @throws {DomainError} the codes of the proof, `backup_untraceable`, `backup_missing`, `unauthorized_factor`,
   *   `too_many_requests`
   */
  async main(
    authorization: Authorization,
    challenge: OpenedChallenge,
    turnkeyActivity?: string,
  ): Promise<AuthenticatedFactor> {
    return this.#main(asItIs, authorization, challenge, turnkeyActivity)
  }

  /**
   * As `main`, by a main factor of the backup as it is with its deletions undone; what `authorize` returns is that.
   * @param at seconds since the epoch; what is final then is not undone
   */
  async undeleting(authorization: Authorization, challenge: OpenedChallenge, at: number): Promise<AuthenticatedFactor> {
    return this.#main((backup) => backup.undeleted(at), authorization, challenge)
  }

  /**
   * @param expected the backup that the client believes its factor to be of
   * @throws {DomainError} as `main`, and `backup_does_not_exist`, `backup_id_mismatch` about the expected one
   */
  async sync(
    authorization: EcKeypairAuthorization,
    challenge: OpenedChallenge,
    expected?: BackupId,
  ): Promise<AuthenticatedFactor> {
    const { identity, consume } = await this.#signatures.ecKeypair(authorization, challenge)
    const reference = { scope: 'SYNC', credential: credentialReference(identity) } as const
    return this.#authenticated(asItIs, reference, consume, expected)
  }

  async #main(
    view: View,
    authorization: Authorization,
    challenge: OpenedChallenge,
    turnkeyActivity?: string,
  ): Promise<AuthenticatedFactor> {
    if (authorization.kind === 'PASSKEY') return this.#passkey(view, authorization, challenge, turnkeyActivity)
    const { identity, consume } =
      authorization.kind === 'EC_KEYPAIR'
        ? await this.#signatures.ecKeypair(authorization, challenge)
        : await this.#signatures.oidcAccount(authorization, challenge)
    return this.#authenticated(view, { scope: 'MAIN', credential: credentialReference(identity) }, consume)
  }

  /** A passkey can prove itself only after the look-up that finds its public key. */
  async #passkey(
    view: View,
    { credential: assertion }: PasskeyAuthorization,
    { challenge, consumption }: OpenedChallenge,
    activityText: string | undefined,
  ): Promise<AuthenticatedFactor> {
    const credentialId = this.#passkeys.claimedCredentialId(assertion)
    const activity = activityText === undefined ? undefined : parseTurnkeyActivity(activityText)
    const reference = {
      scope: 'MAIN',
      credential: credentialReference({ kind: 'PASSKEY', credentialId }),
    } as const
    const stored = await this.#find(view, reference)
    const passkey = viewed(view, stored.backup).passkey(credentialId)
    if (passkey === undefined) throw unauthorized()
    if (activity !== undefined) requireActivityFor(activity, challengeInBase64(challenge), this.#clock.now())
    const counter = await this.#passkeys.verifyAssertion(
      assertion,
      activityText === undefined ? { kind: 'challenge', challenge } : { kind: 'text-digest', text: activityText },
      passkey,
    )
    const requireFactor = (backup: Backup): FactorId => {
      const id = requireFactorId(viewed(view, backup), reference)
      if (activity !== undefined) requireOrganization(activity, backup.turnkeyAccountId())
      return id
    }
    return this.#admitted(stored, [consumption], requireFactor, (backup) =>
      viewed(view, backup).withSignatureCounter(credentialId, counter),
    )
  }

  async #authenticated(
    view: View,
    reference: FactorReference,
    consume: Consumptions,
    expected?: BackupId,
  ): Promise<AuthenticatedFactor> {
    const stored = await this.#find(view, reference, expected)
    const requireFactor = (backup: Backup): FactorId => requireFactorId(viewed(view, backup), reference)
    return this.#admitted(stored, consume, requireFactor, (backup) => viewed(view, backup))
  }

  /** @param used the backup as it is once the factor has authorised something */
  async #admitted(
    stored: StoredBackup,
    consume: Consumptions,
    requireFactor: AuthenticatedFactor['requireFactor'],
    used: (backup: Backup) => Backup,
  ): Promise<AuthenticatedFactor> {
    const factorId = requireFactor(stored.backup)
    await this.#rateLimit.admit(stored.backup.id, { factorId })
    const authorize = (backup: Backup): Backup => {
      requireFactor(backup)
      return used(backup)
    }
    return { stored, consume, whenGone: untraceable, requireFactor, authorize }
  }

  async #find(view: View, reference: FactorReference, expected?: BackupId): Promise<StoredBackup> {
    const owner = await this.#index.findByFactor(reference)
    const stored = owner === undefined ? undefined : await this.#index.load(owner)
    const found = stored !== undefined && isMerelyReserved(view, stored.backup, reference) ? undefined : owner
    if (expected !== undefined && found !== expected) throw await this.#explainMismatch(found, expected)
    if (found === undefined) throw untraceable()
    if (stored === undefined) throw new DomainError('backup_missing', 'the backup of this factor is gone')
    return stored
  }

  async #explainMismatch(found: BackupId | undefined, expected: BackupId): Promise<DomainError> {
    const stored = await this.#index.load(expected)
    if (stored === undefined || stored.backup.isDeleted) {
      return new DomainError('backup_does_not_exist', 'there is no backup of this id')
    }
    return found === undefined
      ? unauthorized()
      : new DomainError('backup_id_mismatch', 'the factor is of another backup')
  }
}

/** What is kept so that a deletion can be undone has rows too, but answers as if it had none. */
function isMerelyReserved(view: View, backup: Backup, reference: FactorReference): boolean {
  const seen = view(backup)
  return seen === undefined || (backup.hasRemoved(reference) && !seen.has(reference))
}

function viewed(view: View, backup: Backup): Backup {
  const seen = view(backup)
  if (seen === undefined) throw untraceable()
  return seen
}

function requireFactorId(backup: Backup, reference: FactorReference): FactorId {
  const id = backup.factorId(reference)
  if (id === undefined) throw unauthorized()
  return id
}

function untraceable(): DomainError {
  return new DomainError('backup_untraceable', 'this factor leads to no backup')
}

function unauthorized(): DomainError {
  return new DomainError('unauthorized_factor', 'this factor is not of the backup')
}
