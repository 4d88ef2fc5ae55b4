import { exportMetadata, type BackupMetadata } from '../../domain/backup-metadata.ts'
import { DomainError } from '../../domain/domain-error.ts'
import type { EncryptedBackupKey } from '../../domain/encrypted-backup-key.ts'
import { factorId, type FactorId } from '../../domain/factor.ts'
import { requireAnnounced, requireAnnouncedKind, sameAnnouncement } from '../announced-factor.ts'
import type { AuthenticateFactor } from '../authenticate-factor.ts'
import { challengeTypeFor, type Authorization } from '../authorization.ts'
import { requireContext, requireType, type Challenges, type OpenedChallenge } from '../challenges.ts'
import type { Committer } from '../committer.ts'
import { unixSeconds, type Clock } from '../ports/clock.ts'
import type { Random } from '../ports/random.ts'
import { newCredential, type ProveNewFactor } from '../prove-new-factor.ts'

export interface AddFactorCommand {
  readonly existingFactor: Authorization
  readonly existingFactorToken: string
  /** The activity text that the existing passkey stamped in place of the bare challenge. */
  readonly turnkeyActivity: string | undefined
  readonly newFactor: Authorization
  readonly newFactorToken: string
  /** The backup's key, sealed for the new factor. */
  readonly encryptedBackupKey: EncryptedBackupKey | undefined
  readonly turnkeyProviderId: string | undefined
}

export interface AddedFactor {
  readonly factorId: FactorId
  readonly metadata: BackupMetadata
}

/** Adds a main factor: an existing main factor agrees to exactly this one, and the new one proves itself. */
export class AddFactor {
  readonly #challenges: Challenges
  readonly #authenticate: AuthenticateFactor
  readonly #proveNewFactor: ProveNewFactor
  readonly #committer: Committer
  readonly #clock: Clock
  readonly #random: Random

  constructor(
    challenges: Challenges,
    authenticate: AuthenticateFactor,
    proveNewFactor: ProveNewFactor,
    committer: Committer,
    clock: Clock,
    random: Random,
  ) {
    this.#challenges = challenges
    this.#authenticate = authenticate
    this.#proveNewFactor = proveNewFactor
    this.#committer = committer
    this.#clock = clock
    this.#random = random
  }

  /**
   * @throws {DomainError} the codes of both proofs, `invalid_new_factor_type`, `oidc_token_mismatch`,
   *   `missing_turnkey_provider_id`, `factor_already_exists`, `too_many_factors`,
   *   `only_one_encryption_key_per_type_allowed`, `already_used`, `conflict`
   */
  async execute(command: AddFactorCommand): Promise<AddedFactor> {
    const { newFactor, encryptedBackupKey } = command
    const { existing, fresh } = await this.#openChallenges(command)
    const proved = await this.#proveNewFactor.execute(newFactor, fresh)
    const agreeing = await this.#authenticate.main(command.existingFactor, existing, command.turnkeyActivity)
    const credential = newCredential(proved.identity, command.turnkeyProviderId)

    const factor = { id: factorId(this.#random.uuid()), createdAt: unixSeconds(this.#clock), credential }
    const { after } = await this.#committer.change({
      ...agreeing,
      consume: [...agreeing.consume, ...proved.consume],
      decide: (backup) => agreeing.authorize(backup).withMainFactor(factor, encryptedBackupKey),
    })
    return { factorId: factor.id, metadata: exportMetadata(after) }
  }

  /** Both challenges must be of one announcement, and the new factor the announced one. */
  async #openChallenges({
    existingFactorToken,
    newFactor,
    newFactorToken,
  }: AddFactorCommand): Promise<{ readonly existing: OpenedChallenge; readonly fresh: OpenedChallenge }> {
    const agreement = await this.#challenges.unseal(existingFactorToken)
    const enrolment = await this.#challenges.unseal(newFactorToken)
    // Which type of authorization is the right one, only the agreement knows.
    if (agreement.context.operation === 'add-factor') requireAnnouncedKind(newFactor, agreement.context.newFactor)
    requireType(agreement, 'any')
    requireType(enrolment, challengeTypeFor(newFactor))
    const existing = requireContext(agreement, 'add-factor')
    const fresh = requireContext(enrolment, 'add-factor-new-factor')
    await requireAnnounced(newFactor, existing.context.newFactor)
    if (!sameAnnouncement(existing.context.newFactor, fresh.context.newFactor)) {
      const cause = new Error('the two challenges are not of one announcement')
      throw new DomainError('invalid_challenge_context', 'the two challenges are not of one announcement', { cause })
    }
    return { existing, fresh }
  }
}
