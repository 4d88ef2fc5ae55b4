import type { BackupId } from '../../domain/backup-id.ts'
import { DomainError } from '../../domain/domain-error.ts'

/**
 * Who a request about a backup is by. Each has an allowance of its own, so that nobody who merely knows an id can use up
 * what its owner needs: `holder` proved a factor, a token or the key of the account; `creator` and `stranger` only name
 * the id, to create the backup or to ask for its status.
 */
export type BackupVisitor = 'holder' | 'creator' | 'stranger'

/** How often a backup may be asked for, whatever address it is asked from. */
export interface BackupRateLimit {
  /** Counts one request. @throws {TooManyRequests} nothing was done, and nothing is used up */
  admit(backupId: BackupId, visitor: BackupVisitor): Promise<void>
}

/** The very same request can succeed later. */
export class TooManyRequests extends DomainError {
  /** @param seconds until then */
  constructor(message: string, seconds: number) {
    super('too_many_requests', message, { retryAfter: Math.max(1, Math.ceil(seconds)) })
    this.name = 'TooManyRequests'
  }
}

/** Where no limit is wanted. */
export const UNLIMITED: BackupRateLimit = { admit: () => Promise.resolve() }
