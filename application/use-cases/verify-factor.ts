import type { BackupId } from '../../domain/backup-id.ts'
import type { AuthenticateFactor } from '../authenticate-factor.ts'
import { challengeTypeFor, type Authorization } from '../authorization.ts'
import type { Challenges } from '../challenges.ts'
import type { Committer } from '../committer.ts'

export interface VerifyFactorCommand {
  readonly authorization: Authorization
  readonly challengeToken: string
}

/** Confirms that a main factor still leads to a backup, without touching it. */
export class VerifyFactor {
  readonly #challenges: Challenges
  readonly #authenticate: AuthenticateFactor
  readonly #committer: Committer

  constructor(challenges: Challenges, authenticate: AuthenticateFactor, committer: Committer) {
    this.#challenges = challenges
    this.#authenticate = authenticate
    this.#committer = committer
  }

  /** @throws {DomainError} the codes of the proof, `already_used` */
  async execute({ authorization, challengeToken }: VerifyFactorCommand): Promise<BackupId> {
    const challenge = await this.#challenges.open(challengeToken, challengeTypeFor(authorization), 'verify-factor')
    const factor = await this.#authenticate.main(authorization, challenge)
    await this.#committer.use(factor)
    return factor.stored.backup.id
  }
}
