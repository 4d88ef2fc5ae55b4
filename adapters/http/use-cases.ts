import type { AddFactor } from '../../application/use-cases/add-factor.ts'
import type { AddSyncFactor } from '../../application/use-cases/add-sync-factor.ts'
import type { AnnounceFactor } from '../../application/use-cases/announce-factor.ts'
import type { CheckReadiness } from '../../application/use-cases/check-readiness.ts'
import type { CreateBackup } from '../../application/use-cases/create-backup.ts'
import type { DeleteBackup } from '../../application/use-cases/delete-backup.ts'
import type { DeleteFactor } from '../../application/use-cases/delete-factor.ts'
import type { IssueKeypairChallenge } from '../../application/use-cases/issue-keypair-challenge.ts'
import type { IssuePasskeyChallenge } from '../../application/use-cases/issue-passkey-challenge.ts'
import type { ReportStatus } from '../../application/use-cases/report-status.ts'
import type { ResetBackup } from '../../application/use-cases/reset-backup.ts'
import type { RetrieveBackup } from '../../application/use-cases/retrieve-backup.ts'
import type { RetrieveMetadata } from '../../application/use-cases/retrieve-metadata.ts'
import type { SyncBackup } from '../../application/use-cases/sync-backup.ts'
import type { Undelete } from '../../application/use-cases/undelete.ts'
import type { VerifyFactor } from '../../application/use-cases/verify-factor.ts'

/** All that the contract offers, to be bound to paths. */
export interface UseCases {
  readonly issueKeypairChallenge: IssueKeypairChallenge
  readonly issuePasskeyChallenge: IssuePasskeyChallenge
  readonly createBackup: CreateBackup
  readonly retrieveBackup: RetrieveBackup
  readonly verifyFactor: VerifyFactor
  readonly addSyncFactor: AddSyncFactor
  readonly announceFactor: AnnounceFactor
  readonly addFactor: AddFactor
  readonly syncBackup: SyncBackup
  readonly retrieveMetadata: RetrieveMetadata
  readonly deleteFactor: DeleteFactor
  readonly deleteBackup: DeleteBackup
  readonly undelete: Undelete
  readonly resetBackup: ResetBackup
  readonly reportStatus: ReportStatus
  readonly checkReadiness: CheckReadiness
}
