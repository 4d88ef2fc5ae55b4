import type { AuthenticateFactor } from '../authenticate-factor.ts'
import { requireSyncAuthorization, type Authorization } from '../authorization.ts'
import type { Challenges } from '../challenges.ts'
import type { Committer } from '../committer.ts'
import type { DeletionGrace } from '../deletion-grace.ts'
import type { SealedBlobs } from '../sealed-blobs.ts'

export interface DeleteBackupCommand {
  readonly authorization: Authorization
  readonly challengeToken: string
}

/** Deletes the backup of a sync factor: all its factors, its keys and its content, at once or when the grace is over. */
export class DeleteBackup {
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

  /** @throws {DomainError} `invalid_authorization_type`, the codes of the proof, `already_used`, `conflict` */
  async execute(command: DeleteBackupCommand): Promise<void> {
    const authorization = requireSyncAuthorization(command.authorization)
    const challenge = await this.#challenges.open(command.challengeToken, 'keypair', 'delete-backup')
    const factor = await this.#authenticate.sync(authorization, challenge)
    const { before, after } = await this.#committer.change({
      ...factor,
      decide: (backup) => {
        const authorized = factor.authorize(backup)
        const deletion = this.#grace.deletionBy(factor.requireFactor(backup))
        return deletion && authorized.deleted(deletion)
      },
    })
    this.#blobs.removeDropped(before, after)
  }
}
