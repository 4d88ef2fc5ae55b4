import type { BackupId } from '../../domain/backup-id.ts'
import type { Credential, CredentialKind } from '../../domain/credential.ts'
import { DomainError } from '../../domain/domain-error.ts'
import type { BackupIndex } from '../ports/backup-index.ts'
import type { BackupRateLimit } from '../ports/backup-rate-limit.ts'

/** What kind of proof would recover the backup. */
export interface FactorSummary {
  readonly kind: CredentialKind
  /** The OpenID Provider of an account. */
  readonly accountKind: string | null
}

/** Tells anybody who knows the id of a backup which kinds of main factors it has, and no more. */
export class ReportStatus {
  readonly #index: BackupIndex
  readonly #rateLimit: BackupRateLimit

  constructor(index: BackupIndex, rateLimit: BackupRateLimit) {
    this.#index = index
    this.#rateLimit = rateLimit
  }

  /** @throws {DomainError} `not_found`, `too_many_requests` */
  async execute(backupId: BackupId): Promise<readonly FactorSummary[]> {
    await this.#rateLimit.admit(backupId, 'stranger')
    const stored = await this.#index.load(backupId)
    if (stored === undefined || stored.backup.isDeleted)
      throw new DomainError('not_found', 'there is no backup of this id')
    return stored.backup.state.mainFactors.map(({ credential }) => summaryOf(credential))
  }
}

function summaryOf(credential: Credential): FactorSummary {
  return { kind: credential.kind, accountKind: credential.kind === 'OIDC_ACCOUNT' ? credential.provider : null }
}
