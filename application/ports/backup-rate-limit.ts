import type { BackupId } from '../../domain/backup-id.ts'
import { DomainError } from '../../domain/domain-error.ts'
import type { FactorId } from '../../domain/factor.ts'

/**
 * Who a request about a backup is by. Each has an allowance of its own, so that nobody can use up what another needs:
 * a proved factor by its id, which a replay of its requests or a stolen device can exhaust for that factor alone; a proved
 * sync factor token by its id; the `account`, which proved its key; `creator` and `stranger` only name the backup, to
 * create it or to ask for its status.
 */
export type BackupVisitor =
  { readonly factorId: FactorId } | { readonly tokenId: string } | 'account' | 'creator' | 'stranger'

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
