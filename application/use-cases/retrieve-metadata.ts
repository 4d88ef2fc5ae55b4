import type { BackupId } from '../../domain/backup-id.ts'
import { exportMetadata, type BackupMetadata } from '../../domain/backup-metadata.ts'
import type { AuthenticateFactor } from '../authenticate-factor.ts'
import { requireSyncAuthorization, type Authorization } from '../authorization.ts'
import type { Challenges } from '../challenges.ts'
import type { Committer } from '../committer.ts'

export interface RetrieveMetadataCommand {
  readonly authorization: Authorization
  readonly challengeToken: string
  /** The backup that the client believes its factor to be of. */
  readonly backupId: BackupId | undefined
}

/** Shows a sync factor what its backup consists of, without the sealed bytes. */
export class RetrieveMetadata {
  readonly #challenges: Challenges
  readonly #authenticate: AuthenticateFactor
  readonly #committer: Committer

  constructor(challenges: Challenges, authenticate: AuthenticateFactor, committer: Committer) {
    this.#challenges = challenges
    this.#authenticate = authenticate
    this.#committer = committer
  }

  /**
   * @throws {DomainError} `invalid_authorization_type`, the codes of the proof, `backup_does_not_exist`,
   *   `backup_id_mismatch`, `already_used`
   */
  async execute(command: RetrieveMetadataCommand): Promise<BackupMetadata> {
    const authorization = requireSyncAuthorization(command.authorization)
    const challenge = await this.#challenges.open(command.challengeToken, 'keypair', 'retrieve-metadata')
    const factor = await this.#authenticate.sync(authorization, challenge, command.backupId)
    await this.#committer.use(factor)
    return exportMetadata(factor.stored.backup)
  }
}
