import { exportMetadata, type BackupMetadata } from '../../domain/backup-metadata.ts'
import { DomainError } from '../../domain/domain-error.ts'
import type { EncryptedBackupKey } from '../../domain/encrypted-backup-key.ts'
import type { FactorId, FactorScope } from '../../domain/factor.ts'
import type { AuthenticateFactor } from '../authenticate-factor.ts'
import { requireSyncAuthorization, type Authorization } from '../authorization.ts'
import type { Challenges } from '../challenges.ts'
import type { Committer } from '../committer.ts'
import type { DeletionGrace } from '../deletion-grace.ts'
import type { SealedBlobs } from '../sealed-blobs.ts'

export interface DeleteFactorCommand {
  readonly authorization: Authorization
  readonly challengeToken: string
  readonly factorId: FactorId
  readonly scope: FactorScope
  /** The key to take away with it. */
  readonly encryptionKey: EncryptedBackupKey | undefined
}

/** Takes a factor from a backup; with the last main factor goes the backup. Final at once or when the grace is over. */
export class DeleteFactor {
  readonly #challenges: Challenges
  readonly #authenticate: AuthenticateFactor
  readonly #blobs: SealedBlobs
  readonly #committer: Committer
  readonly #grace: DeletionGrace

  constructor(
    challenges: Challenges,
    authenticate: AuthenticateFactor,
    blobs: SealedBlobs,
    committer: Committer,
    grace: DeletionGrace,
  ) {
    this.#challenges = challenges
    this.#authenticate = authenticate
    this.#blobs = blobs
    this.#committer = committer
    this.#grace = grace
  }

  /**
   * @returns the backup as it is now, `undefined` when it was deleted
   * @throws {DomainError} `invalid_authorization_type`, the codes of the proof, `factor_not_found`,
   *   `encryption_key_not_allowed`, `encryption_key_not_found`, `factor_orphaned_from_encryption_key`, `already_used`,
   *   `conflict`
   */
  async execute(command: DeleteFactorCommand): Promise<BackupMetadata | undefined> {
    const authorization = requireSyncAuthorization(command.authorization)
    const challenge = await this.#challenges.open(command.challengeToken, 'keypair', 'delete-factor')
    if (challenge.context.factorId !== command.factorId) {
      const cause = new Error('the challenge was issued for another factor')
      throw new DomainError('invalid_challenge_context', 'this challenge was issued for another factor', { cause })
    }
    const factor = await this.#authenticate.sync(authorization, challenge)
    const removal = { scope: command.scope, factorId: command.factorId, key: command.encryptionKey }
    const { before, after } = await this.#committer.change({
      ...factor,
      decide: (backup) =>
        factor.authorize(backup).withoutFactor(removal, this.#grace.deletionBy(factor.requireFactor(backup))),
    })
    this.#blobs.removeDropped(before, after)
    return after === undefined || after.isDeleted ? undefined : exportMetadata(after)
  }
}
