import type { Backup } from '../domain/backup.ts'
import type { BackupId } from '../domain/backup-id.ts'
import { credentialReference, type PasskeyCredential } from '../domain/credential.ts'
import { DomainError } from '../domain/domain-error.ts'
import type { FactorReference } from '../domain/factor.ts'
import { parseTurnkeyActivity, requireOrganization } from '../domain/turnkey-activity.ts'
import type { Authorization, EcKeypairAuthorization, PasskeyAuthorization } from './authorization.ts'
import { challengeInBase64 } from './challenge.ts'
import type { OpenedChallenge } from './challenges.ts'
import type { BackupIndex, Consumption, StoredBackup } from './ports/backup-index.ts'
import type { Clock } from './ports/clock.ts'
import type { PasskeyVerifier } from './ports/passkey-verifier.ts'
import type { SignatureProofs } from './signature-proofs.ts'

/** A factor that proved itself, and the backup it leads to. */
export interface AuthenticatedFactor {
  readonly stored: StoredBackup
  /** All that the proof uses up: the challenge, and the nonce of an ID token. */
  readonly consume: readonly Consumption[]
  /** The answer when the backup goes while it is worked on. */
  readonly whenGone: DomainError
  /**
   * That the factor is still one of the backup's, as it now is.
   * @throws {DomainError} `unauthorized_factor`
   */
  readonly requireFactor: (backup: Backup) => void
  /**
   * The same authority for a change: besides, the passkey may have been used elsewhere.
   * @returns the backup, with the passkey's counter moved on if it counts
   * @throws {DomainError} `unauthorized_factor`, `webauthn_error`, `turnkey_activity_error`
   */
  readonly authorize: (backup: Backup) => Backup
}

/** Finds out who is asking: checks the proof, then finds the backup that the factor leads to. */
export class AuthenticateFactor {
  readonly #index: BackupIndex
  readonly #signatures: SignatureProofs
  readonly #passkeys: PasskeyVerifier
  readonly #clock: Clock

  constructor(index: BackupIndex, signatures: SignatureProofs, passkeys: PasskeyVerifier, clock: Clock) {
    this.#index = index
    this.#signatures = signatures
    this.#passkeys = passkeys
    this.#clock = clock
  }

  /**
   * @param turnkeyActivity the activity that a passkey stamped in place of the bare challenge; of no meaning for
   *   other kinds, whose signature over the challenge says it all
   * @throws {DomainError} the codes of the proof, `backup_untraceable`, `backup_missing`, `unauthorized_factor`
   */
  async main(
    authorization: Authorization,
    challenge: OpenedChallenge,
    turnkeyActivity?: string,
  ): Promise<AuthenticatedFactor> {
    if (authorization.kind === 'PASSKEY') return this.#passkey(authorization, challenge, turnkeyActivity)
    const { identity, consume } =
      authorization.kind === 'EC_KEYPAIR'
        ? await this.#signatures.ecKeypair(authorization, challenge)
        : await this.#signatures.oidcAccount(authorization, challenge)
    return this.#authenticated({ scope: 'MAIN', credential: credentialReference(identity) }, consume)
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
    return this.#authenticated({ scope: 'SYNC', credential: credentialReference(identity) }, consume, expected)
  }

  /** A passkey can prove itself only after the look-up that finds its public key. */
  async #passkey(
    { credential: assertion }: PasskeyAuthorization,
    { challenge, consumption }: OpenedChallenge,
    activityText: string | undefined,
  ): Promise<AuthenticatedFactor> {
    const credentialId = this.#passkeys.claimedCredentialId(assertion)
    const activity =
      activityText === undefined
        ? undefined
        : parseTurnkeyActivity(activityText, challengeInBase64(challenge), this.#clock.now())
    const stored = await this.#find({
      scope: 'MAIN',
      credential: credentialReference({ kind: 'PASSKEY', credentialId }),
    })
    const passkey = requirePasskey(stored.backup, credentialId)
    const counter = await this.#passkeys.verifyAssertion(
      assertion,
      activityText === undefined ? { kind: 'challenge', challenge } : { kind: 'text-digest', text: activityText },
      passkey,
    )
    const requireFactor = (backup: Backup): void => {
      requirePasskey(backup, credentialId)
      if (activity !== undefined) requireOrganization(activity, backup.turnkeyAccountId())
    }
    requireFactor(stored.backup)
    return {
      stored,
      consume: [consumption],
      whenGone: untraceable(),
      requireFactor,
      authorize: (backup) => {
        requireFactor(backup)
        return backup.withSignatureCounter(credentialId, counter)
      },
    }
  }

  async #authenticated(
    reference: FactorReference,
    consume: readonly Consumption[],
    expected?: BackupId,
  ): Promise<AuthenticatedFactor> {
    const stored = await this.#find(reference, expected)
    const requireFactor = (backup: Backup): void => {
      if (!backup.has(reference)) throw unauthorized()
    }
    requireFactor(stored.backup)
    const authorize = (backup: Backup): Backup => {
      requireFactor(backup)
      return backup
    }
    return { stored, consume, whenGone: untraceable(), requireFactor, authorize }
  }

  async #find(reference: FactorReference, expected?: BackupId): Promise<StoredBackup> {
    const found = await this.#index.findByFactor(reference)
    if (expected !== undefined && found !== expected) throw await this.#explainMismatch(found, expected)
    if (found === undefined) throw untraceable()
    const stored = await this.#index.load(found)
    if (stored === undefined) throw new DomainError('backup_missing', 'the backup of this factor is gone')
    return stored
  }

  async #explainMismatch(found: BackupId | undefined, expected: BackupId): Promise<DomainError> {
    if ((await this.#index.load(expected)) === undefined) {
      return new DomainError('backup_does_not_exist', 'there is no backup of this id')
    }
    return found === undefined
      ? unauthorized()
      : new DomainError('backup_id_mismatch', 'the factor is of another backup')
  }
}

function requirePasskey(backup: Backup, credentialId: string): PasskeyCredential {
  const passkey = backup.passkey(credentialId)
  if (passkey === undefined) throw unauthorized()
  return passkey
}

function untraceable(): DomainError {
  return new DomainError('backup_untraceable', 'this factor leads to no backup')
}

function unauthorized(): DomainError {
  return new DomainError('unauthorized_factor', 'this factor is not of the backup')
}
