import type { Backup } from '../../domain/backup.ts'
import type { BackupId } from '../../domain/backup-id.ts'
import { DomainError } from '../../domain/domain-error.ts'
import { factorId } from '../../domain/factor.ts'
import { requireSyncFactor, type Authorization } from '../authorization.ts'
import type { Challenges } from '../challenges.ts'
import type { Committer } from '../committer.ts'
import type { BackupIndex } from '../ports/backup-index.ts'
import type { BackupRateLimit } from '../ports/backup-rate-limit.ts'
import { unixSeconds, type Clock } from '../ports/clock.ts'
import type { Random } from '../ports/random.ts'
import type { SignatureProofs } from '../signature-proofs.ts'
import type { OpenedSyncFactorToken, SyncFactorTokens } from '../sync-factor-tokens.ts'

export interface AddSyncFactorCommand {
  readonly syncFactor: Authorization
  readonly challengeToken: string
  readonly syncFactorToken: string
}

/** Makes a device a sync factor of the backup that it has just retrieved. */
export class AddSyncFactor {
  readonly #challenges: Challenges
  readonly #signatures: SignatureProofs
  readonly #tokens: SyncFactorTokens
  readonly #index: BackupIndex
  readonly #committer: Committer
  readonly #clock: Clock
  readonly #random: Random
  readonly #rateLimit: BackupRateLimit

  constructor(
    challenges: Challenges,
    signatures: SignatureProofs,
    tokens: SyncFactorTokens,
    index: BackupIndex,
    committer: Committer,
    clock: Clock,
    random: Random,
    rateLimit: BackupRateLimit,
  ) {
    this.#challenges = challenges
    this.#signatures = signatures
    this.#tokens = tokens
    this.#index = index
    this.#committer = committer
    this.#clock = clock
    this.#random = random
    this.#rateLimit = rateLimit
  }

  /**
   * @throws {DomainError} `invalid_sync_factor_type`, the codes of the challenge and the signature, `token_not_found`,
   *   `token_expired`, `backup_missing`, `factor_already_exists`, `too_many_factors`, `already_used`,
   *   `too_many_requests`
   */
  async execute(command: AddSyncFactorCommand): Promise<BackupId> {
    const authorization = requireSyncFactor(command.syncFactor)
    const challenge = await this.#challenges.open(command.challengeToken, 'keypair', 'add-sync-factor')
    const { identity, consume } = await this.#signatures.ecKeypair(authorization, challenge)
    const token = await this.#tokens.open(command.syncFactorToken)
    await this.#rateLimit.admit(token.backupId, { tokenId: token.id })
    const stored = await this.#index.load(token.backupId)
    if (stored?.backup.state.incarnation !== token.incarnation) throw missing()

    const factor = {
      id: factorId(this.#random.uuid()),
      createdAt: unixSeconds(this.#clock),
      credential: identity,
    }
    await this.#committer.change({
      stored,
      consume: [...consume, token.consumption],
      decide: (backup) => {
        if (backup.isDeleted) throw missing()
        requireObtainer(backup, token)
        return backup.withSyncFactor(factor)
      },
      whenGone: missing,
    })
    return token.backupId
  }
}

/** A main factor that was removed adds no device any more, which could delete everything. */
function requireObtainer(backup: Backup, { mainFactorId }: OpenedSyncFactorToken): void {
  if (mainFactorId === undefined || backup.hasMainFactor(mainFactorId)) return
  throw new DomainError('token_not_found', 'the main factor that this sync factor token was given to was removed')
}

function missing(): DomainError {
  return new DomainError('backup_missing', 'the backup that was retrieved is gone')
}
