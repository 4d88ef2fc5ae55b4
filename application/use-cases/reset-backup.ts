import { accountPublicKey, type BackupId } from '../../domain/backup-id.ts'
import { DomainError } from '../../domain/domain-error.ts'
import type { EcdsaSignature } from '../../domain/ecdsa-signature.ts'
import type { Challenge } from '../challenge.ts'
import type { Challenges } from '../challenges.ts'
import type { Committer } from '../committer.ts'
import type { BackupIndex } from '../ports/backup-index.ts'
import type { BackupRateLimit } from '../ports/backup-rate-limit.ts'
import type { SignatureVerifier } from '../ports/signature-verifier.ts'
import type { SealedBlobs } from '../sealed-blobs.ts'

export interface ResetBackupCommand {
  readonly backupId: BackupId
  readonly challengeToken: string
  /** By the account's own secp256k1 key. */
  readonly signature: EcdsaSignature
}

/**
 * Deletes a backup for the owner of the account, who needs no factor: the id is itself the key that signs. Final at once,
 * whatever grace there is for others, and the end of a deletion that could still be undone.
 */
export class ResetBackup {
  readonly #challenges: Challenges
  readonly #signatures: SignatureVerifier
  readonly #index: BackupIndex
  readonly #blobs: SealedBlobs
  readonly #committer: Committer
  readonly #rateLimit: BackupRateLimit

  constructor(
    challenges: Challenges,
    signatures: SignatureVerifier,
    index: BackupIndex,
    blobs: SealedBlobs,
    committer: Committer,
    rateLimit: BackupRateLimit,
  ) {
    this.#challenges = challenges
    this.#signatures = signatures
    this.#index = index
    this.#blobs = blobs
    this.#committer = committer
    this.#rateLimit = rateLimit
  }

  /**
   * @throws {DomainError} the codes of the challenge, `invalid_backup_account_id`, `invalid_signature`, `not_found`,
   *   `already_used`, `conflict`, `too_many_requests`
   */
  async execute({ backupId, challengeToken, signature }: ResetBackupCommand): Promise<void> {
    const { challenge, context, consumption } = await this.#challenges.open(challengeToken, 'keypair', 'reset')
    if (context.backupId !== backupId) {
      const cause = new Error('the challenge was issued for another account')
      throw new DomainError('invalid_challenge_context', 'this challenge was issued for another account', { cause })
    }
    await this.#requireOwner(backupId, challenge, signature)
    await this.#rateLimit.admit(backupId, 'account')
    const stored = await this.#index.load(backupId)
    if (stored === undefined) throw notFound()
    const { before, after } = await this.#committer.change({
      stored,
      consume: [consumption],
      decide: () => undefined,
      whenGone: notFound,
    })
    this.#blobs.removeDropped(before, after)
  }

  async #requireOwner(backupId: BackupId, challenge: Challenge, signature: EcdsaSignature): Promise<void> {
    switch (await this.#signatures.verifySecp256k1(accountPublicKey(backupId), challenge, signature)) {
      case 'valid':
        return
      case 'invalid':
        throw new DomainError('invalid_signature', 'the signature over the challenge is not by the key of this account')
      case 'invalid-key':
        throw new DomainError('invalid_backup_account_id', 'the backup account id is no secp256k1 public key')
    }
  }
}

function notFound(): DomainError {
  return new DomainError('not_found', 'there is no backup of this id')
}
