import type { Container } from 'inversify'
import type { UseCases } from '../adapters/http/use-cases.ts'
import { AddFactor } from '../application/use-cases/add-factor.ts'
import { AddSyncFactor } from '../application/use-cases/add-sync-factor.ts'
import { AnnounceFactor } from '../application/use-cases/announce-factor.ts'
import { CheckReadiness } from '../application/use-cases/check-readiness.ts'
import { CreateBackup } from '../application/use-cases/create-backup.ts'
import { DeleteBackup } from '../application/use-cases/delete-backup.ts'
import { DeleteFactor } from '../application/use-cases/delete-factor.ts'
import { IssueKeypairChallenge } from '../application/use-cases/issue-keypair-challenge.ts'
import { IssuePasskeyChallenge } from '../application/use-cases/issue-passkey-challenge.ts'
import { ReportStatus } from '../application/use-cases/report-status.ts'
import { ResetBackup } from '../application/use-cases/reset-backup.ts'
import { RetrieveBackup } from '../application/use-cases/retrieve-backup.ts'
import { RetrieveMetadata } from '../application/use-cases/retrieve-metadata.ts'
import { SyncBackup } from '../application/use-cases/sync-backup.ts'
import { Undelete } from '../application/use-cases/undelete.ts'
import { VerifyFactor } from '../application/use-cases/verify-factor.ts'
import { makerFrom, provide } from './provide.ts'
import { TOKENS } from './tokens.ts'

/** Binds all that the contract offers. */
export function provideUseCases(container: Container): void {
  const { challenges, authenticate, proveNewFactor, signatureProofs, committer, sealedBlobs, syncFactorTokens } = TOKENS
  const {
    index,
    blobStore,
    passkeys,
    signatures,
    clock,
    random,
    log,
    historyVersions,
    deletionGrace,
    backupRateLimit,
  } = TOKENS
  const make = makerFrom(container)
  const create = (): UseCases => ({
    issueKeypairChallenge: make(IssueKeypairChallenge, challenges),
    issuePasskeyChallenge: make(IssuePasskeyChallenge, challenges, passkeys),
    createBackup: make(
      CreateBackup,
      challenges,
      proveNewFactor,
      signatureProofs,
      index,
      sealedBlobs,
      committer,
      clock,
      random,
      backupRateLimit,
    ),
    retrieveBackup: make(RetrieveBackup, challenges, authenticate, index, blobStore, committer, syncFactorTokens, log),
    verifyFactor: make(VerifyFactor, challenges, authenticate, committer),
    addSyncFactor: make(
      AddSyncFactor,
      challenges,
      signatureProofs,
      syncFactorTokens,
      index,
      committer,
      clock,
      random,
      backupRateLimit,
    ),
    announceFactor: make(AnnounceFactor, challenges, passkeys, random),
    addFactor: make(AddFactor, challenges, authenticate, proveNewFactor, committer, clock, random),
    syncBackup: make(SyncBackup, challenges, authenticate, sealedBlobs, committer, historyVersions),
    retrieveMetadata: make(RetrieveMetadata, challenges, authenticate, committer),
    deleteFactor: make(DeleteFactor, challenges, authenticate, sealedBlobs, committer, deletionGrace),
    deleteBackup: make(DeleteBackup, challenges, authenticate, sealedBlobs, committer, deletionGrace),
    undelete: make(Undelete, challenges, authenticate, committer, syncFactorTokens, clock),
    resetBackup: make(ResetBackup, challenges, signatures, index, sealedBlobs, committer, backupRateLimit),
    reportStatus: make(ReportStatus, index, backupRateLimit),
    checkReadiness: make(CheckReadiness, index, blobStore),
  })
  provide(container, TOKENS.useCases, create, [])
}
