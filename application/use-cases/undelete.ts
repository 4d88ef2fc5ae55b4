import type { BackupId } from '../../domain/backup-id.ts'
import { exportMetadata, type BackupMetadata } from '../../domain/backup-metadata.ts'
import { DomainError } from '../../domain/domain-error.ts'
import type { AuthenticateFactor } from '../authenticate-factor.ts'
import { challengeTypeFor, type Authorization } from '../authorization.ts'
import type { Challenges } from '../challenges.ts'
import type { Committer } from '../committer.ts'
import { unixSeconds, type Clock } from '../ports/clock.ts'
import type { SyncFactorTokens } from '../sync-factor-tokens.ts'

export interface UndeleteCommand {
  readonly authorization: Authorization
  readonly challengeToken: string
}

export interface UndeletedBackup {
  readonly backupId: BackupId
  readonly metadata: BackupMetadata
  /** The device of whoever undoes is often new, or was among the factors that are distrusted. */
  readonly syncFactorToken: string
}

/**
 * Undoes what sync factors deleted, for whoever holds a main factor that the backup has, or had when the grace of its
 * removal began: else a thief would leave only the main factor that the owner lost. Every sync factor that deleted
 * something goes, and cannot delete it all again.
 */
export class Undelete {
  readonly #challenges: Challenges
  readonly #authenticate: AuthenticateFactor
  readonly #committer: Committer
  readonly #tokens: SyncFactorTokens
  readonly #clock: Clock

  constructor(
    challenges: Challenges,
    authenticate: AuthenticateFactor,
    committer: Committer,
    tokens: SyncFactorTokens,
    clock: Clock,
  ) {
    this.#challenges = challenges
    this.#authenticate = authenticate
    this.#committer = committer
    this.#tokens = tokens
    this.#clock = clock
  }

  /** @throws {DomainError} the codes of the proof, `nothing_to_undelete`, `already_used`, `conflict` */
  async execute({ authorization, challengeToken }: UndeleteCommand): Promise<UndeletedBackup> {
    const challenge = await this.#challenges.open(challengeToken, challengeTypeFor(authorization), 'undelete')
    const at = unixSeconds(this.#clock)
    const factor = await this.#authenticate.undeleting(authorization, challenge, at)
    const { after } = await this.#committer.change({
      ...factor,
      decide: (backup) => {
        const undeleted = factor.authorize(backup)
        if (backup.undeleted(at) === backup) throw nothingToUndelete()
        return undeleted
      },
    })
    const syncFactorToken = await this.#tokens.issue(after, factor.requireFactor(after))
    return { backupId: after.id, metadata: exportMetadata(after), syncFactorToken }
  }
}

function nothingToUndelete(): DomainError {
  return new DomainError('nothing_to_undelete', 'nothing was deleted that could still be undone')
}
