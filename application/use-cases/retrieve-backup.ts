import type { Backup } from '../../domain/backup.ts'
import { exportMetadata, type BackupMetadata } from '../../domain/backup-metadata.ts'
import { DomainError } from '../../domain/domain-error.ts'
import type { AuthenticatedFactor, AuthenticateFactor } from '../authenticate-factor.ts'
import { challengeTypeFor, type Authorization } from '../authorization.ts'
import type { Challenges } from '../challenges.ts'
import type { Committer } from '../committer.ts'
import type { BackupIndex } from '../ports/backup-index.ts'
import type { BlobStore, OpenBlob } from '../ports/blob-store.ts'
import type { EventLog } from '../ports/event-log.ts'
import { StoreUnavailable } from '../ports/store-unavailable.ts'
import type { SyncFactorTokens } from '../sync-factor-tokens.ts'

export interface RetrieveBackupCommand {
  readonly authorization: Authorization
  readonly challengeToken: string
}

export interface RetrievedBackup {
  /** Bytes that `blob` will yield. */
  readonly size: number
  /** To be read to its end, left early or closed: it holds a resource. */
  readonly blob: OpenBlob
  readonly metadata: BackupMetadata
  readonly syncFactorToken: string
}

/** Hands a backup to whoever holds one of its main factors, and the right to make one device a sync factor. */
export class RetrieveBackup {
  readonly #challenges: Challenges
  readonly #authenticate: AuthenticateFactor
  readonly #index: BackupIndex
  readonly #blobs: BlobStore
  readonly #committer: Committer
  readonly #tokens: SyncFactorTokens
  readonly #log: EventLog

  constructor(
    challenges: Challenges,
    authenticate: AuthenticateFactor,
    index: BackupIndex,
    blobs: BlobStore,
    committer: Committer,
    tokens: SyncFactorTokens,
    log: EventLog,
  ) {
    this.#challenges = challenges
    this.#authenticate = authenticate
    this.#index = index
    this.#blobs = blobs
    this.#committer = committer
    this.#tokens = tokens
    this.#log = log
  }

  /**
   * @throws {DomainError} the codes of the proof, `backup_missing`, `already_used`, and `unavailable`, not `repeatable`,
   *   when the challenge is used up, or may be, and the blob cannot be opened
   */
  async execute({ authorization, challengeToken }: RetrieveBackupCommand): Promise<RetrievedBackup> {
    const challenge = await this.#challenges.open(challengeToken, challengeTypeFor(authorization), 'retrieve')
    const factor = await this.#authenticate.main(authorization, challenge)
    const { backup: found } = factor.stored
    const syncFactorToken = await this.#tokens.issue(found, factor.requireFactor(found))
    // Side by side, which saves a round trip: so the challenge is used up even if the blob cannot be opened.
    const [opened, consumed] = await Promise.allSettled([this.#open(factor, found), this.#committer.use(factor)])
    if (opened.status === 'rejected') throw failureOf(opened.reason, consumed)
    if (consumed.status === 'rejected') {
      await opened.value.blob.close()
      throw consumed.reason
    }
    const { backup, blob } = opened.value
    return { size: backup.state.blob.size, blob, metadata: exportMetadata(backup), syncFactorToken }
  }

  /** Two syncs may overtake us and take the blob away: then the state they left is the one to hand out, if it still may be. */
  async #open(
    factor: AuthenticatedFactor,
    backup: Backup,
  ): Promise<{ readonly backup: Backup; readonly blob: OpenBlob }> {
    const blob = await this.#blobs.open(backup.state.blob)
    if (blob !== undefined) return { backup, blob }
    const current = await this.#index.load(backup.id)
    if (current?.backup.state.incarnation !== backup.state.incarnation || current.backup.isDeleted) throw missing()
    factor.requireFactor(current.backup)
    if (current.backup.state.blob.key !== backup.state.blob.key) return this.#open(factor, current.backup)
    this.#log.error('blob_lost', { backupId: backup.id, key: backup.state.blob.key })
    throw missing()
  }
}

/** @param opening why the blob could not be opened, while the challenge was being consumed */
function failureOf(opening: unknown, consumed: PromiseSettledResult<void>): unknown {
  if (!(opening instanceof StoreUnavailable)) return opening
  // Nothing was consumed, and the reason says what a client can do about it.
  if (consumed.status === 'rejected' && !(consumed.reason instanceof StoreUnavailable)) return consumed.reason
  return new DomainError('unavailable', 'the backup cannot be read at the moment: try again with a new challenge', {
    cause: opening,
    repeatable: false,
  })
}

function missing(): DomainError {
  return new DomainError('backup_missing', 'the backup is gone')
}
