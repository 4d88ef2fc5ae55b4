import type { Backup } from '../domain/backup.ts'
import { parseBackupId, type BackupId } from '../domain/backup-id.ts'
import { DomainError } from '../domain/domain-error.ts'
import { factorId, type FactorId } from '../domain/factor.ts'
import type { JsonValue } from '../domain/json.ts'
import { CONSUMPTION_MARGIN } from './challenges.ts'
import type { Consumption } from './ports/backup-index.ts'
import { unixSeconds, type Clock } from './ports/clock.ts'
import type { Random } from './ports/random.ts'
import type { TokenSealer } from './ports/token-sealer.ts'
import { refusedToken } from './refused-token.ts'

/** Seconds. */
export const SYNC_FACTOR_TOKEN_LIFETIME = 15 * 60

/** The right to add one sync factor to the very backup that was retrieved. */
export interface OpenedSyncFactorToken {
  /** A UUID, of this token alone. */
  readonly id: string
  readonly backupId: BackupId
  /** The token dies with the backup it was issued for, whatever is created under its id later. */
  readonly incarnation: string
  /** The main factor that obtained the token, which dies with it too; absent in tokens of releases that did not say. */
  readonly mainFactorId: FactorId | undefined
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

  /** @param mainFactorId the factor that proved the right to it */
  async issue({ state: { id, incarnation } }: Backup, mainFactorId: FactorId): Promise<string> {
    const issuedAt = unixSeconds(this.#clock)
    return this.#sealer.seal({
      purpose: 'sync-factor',
      id: this.#random.uuid(),
      issuedAt,
      expiresAt: issuedAt + SYNC_FACTOR_TOKEN_LIFETIME,
      statement: { backupId: id, incarnation, mainFactorId },
    })
  }

  /** @throws {DomainError} `token_not_found`, `token_expired` */
  async open(token: string): Promise<OpenedSyncFactorToken> {
    const opened = await this.#sealer.open('sync-factor', token, unixSeconds(this.#clock))
    if (opened.outcome === 'expired') {
      throw new DomainError('token_expired', 'the sync factor token has expired: retrieve the backup again')
    }
    if (opened.outcome === 'valid') {
      const { backupId, incarnation, mainFactorId } = opened.statement
      if (typeof backupId === 'string' && typeof incarnation === 'string' && isOptionalText(mainFactorId)) {
        return {
          id: opened.id,
          backupId: parseBackupId(backupId),
          incarnation,
          mainFactorId: mainFactorId === undefined ? undefined : factorId(mainFactorId),
          consumption: { key: `sync-factor-token#${opened.id}`, expiresAt: opened.expiresAt + CONSUMPTION_MARGIN },
        }
      }
    }
    const cause = refusedToken(opened.outcome === 'valid' ? 'not-understood' : opened.outcome)
    throw new DomainError('token_not_found', 'this is no sync factor token', { cause })
  }
}

function isOptionalText(value: JsonValue | undefined): value is string | undefined {
  return value === undefined || typeof value === 'string'
}
