import type { Backup } from '../domain/backup.ts'
import { parseBackupId, type BackupId } from '../domain/backup-id.ts'
import { DomainError } from '../domain/domain-error.ts'
import { CONSUMPTION_MARGIN } from './challenges.ts'
import type { Consumption } from './ports/backup-index.ts'
import { unixSeconds, type Clock } from './ports/clock.ts'
import type { Random } from './ports/random.ts'
import type { TokenSealer } from './ports/token-sealer.ts'

/** Seconds. */
export const SYNC_FACTOR_TOKEN_LIFETIME = 15 * 60

/** The right to add one sync factor to the very backup that was retrieved. */
export interface OpenedSyncFactorToken {
  /** A UUID, of this token alone. */
  readonly id: string
  readonly backupId: BackupId
  /** The token dies with the backup it was issued for, whatever is created under its id later. */
  readonly incarnation: string
  readonly consumption: Consumption
}

/** What a retrieval hands out so that the new device can become a sync factor. */
export class SyncFactorTokens {
  readonly #sealer: TokenSealer
  readonly #clock: Clock
  readonly #random: Random

  constructor(sealer: TokenSealer, clock: Clock, random: Random) {
    this.#sealer = sealer
    this.#clock = clock
    this.#random = random
  }

  async issue({ state: { id, incarnation } }: Backup): Promise<string> {
    const issuedAt = unixSeconds(this.#clock)
    return this.#sealer.seal({
      purpose: 'sync-factor',
      id: this.#random.uuid(),
      issuedAt,
      expiresAt: issuedAt + SYNC_FACTOR_TOKEN_LIFETIME,
      statement: { backupId: id, incarnation },
    })
  }

  /** @throws {DomainError} `token_not_found`, `token_expired` */
  async open(token: string): Promise<OpenedSyncFactorToken> {
    const opened = await this.#sealer.open('sync-factor', token, unixSeconds(this.#clock))
    if (opened.outcome === 'expired') {
      throw new DomainError('token_expired', 'the sync factor token has expired: retrieve the backup again')
    }
    if (opened.outcome === 'valid') {
      const { backupId, incarnation } = opened.statement
      if (typeof backupId === 'string' && typeof incarnation === 'string') {
        return {
          id: opened.id,
          backupId: parseBackupId(backupId),
          incarnation,
          consumption: { key: `sync-factor-token#${opened.id}`, expiresAt: opened.expiresAt + CONSUMPTION_MARGIN },
        }
      }
    }
    throw new DomainError('token_not_found', 'this is no sync factor token')
  }
}
