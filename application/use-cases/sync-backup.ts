import type { BackupId } from '../../domain/backup-id.ts'
import type { ManifestHash } from '../../domain/manifest-hash.ts'
import type { AuthenticateFactor } from '../authenticate-factor.ts'
import { requireSyncAuthorization, type Authorization } from '../authorization.ts'
import type { Challenges } from '../challenges.ts'
import type { Committer } from '../committer.ts'
import type { SealedBlobs } from '../sealed-blobs.ts'

export interface SyncBackupCommand {
  readonly authorization: Authorization
  readonly challengeToken: string
  readonly currentManifestHash: ManifestHash
  readonly newManifestHash: ManifestHash
  /** Not read before everything else is known to be right. */
  readonly body: AsyncIterable<Uint8Array>
}

/** Replaces the content of a backup, from exactly the state that the client knows. */
export class SyncBackup {
  readonly #challenges: Challenges
  readonly #authenticate: AuthenticateFactor
  readonly #blobs: SealedBlobs
  readonly #committer: Committer
  readonly #history: number

  /** @param history how many superseded blobs a backup keeps, at least 1 */
  constructor(
    challenges: Challenges,
    authenticate: AuthenticateFactor,
    blobs: SealedBlobs,
    committer: Committer,
    history: number,
  ) {
    this.#challenges = challenges
    this.#authenticate = authenticate
    this.#blobs = blobs
    this.#committer = committer
    this.#history = history
  }

  /**
   * @throws {DomainError} `invalid_authorization_type`, the codes of the proof, `manifest_hash_mismatch`,
   *   `empty_backup_file`, `content_too_large`, `already_used`, `conflict`
   */
  async execute(command: SyncBackupCommand): Promise<BackupId> {
    const authorization = requireSyncAuthorization(command.authorization)
    const challenge = await this.#challenges.open(command.challengeToken, 'keypair', 'sync')
    const factor = await this.#authenticate.sync(authorization, challenge)
    const base = factor.stored.backup
    base.requireManifestHash(command.currentManifestHash)

    const { before, after } = await this.#blobs.upload(base.id, command.body, (blob) =>
      this.#committer.change({
        ...factor,
        decide: (backup) =>
          factor.authorize(backup).withContent({
            base: base.state.blob,
            from: command.currentManifestHash,
            to: command.newManifestHash,
            blob,
            history: this.#history,
          }),
      }),
    )
    this.#blobs.removeDropped(before, after)
    return base.id
  }
}
