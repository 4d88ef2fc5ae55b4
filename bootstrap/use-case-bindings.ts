import type { Container } from 'inversify'
import type { UseCases } from '../adapters/http/use-cases.ts'
import type { AuthenticateFactor } from '../application/authenticate-factor.ts'
import type { Challenges } from '../application/challenges.ts'
import type { Committer } from '../application/committer.ts'
import type { BackupIndex } from '../application/ports/backup-index.ts'
import type { BlobStore } from '../application/ports/blob-store.ts'
import type { Clock } from '../application/ports/clock.ts'
import type { EventLog } from '../application/ports/event-log.ts'
import type { PasskeyVerifier } from '../application/ports/passkey-verifier.ts'
import type { Random } from '../application/ports/random.ts'
import type { SignatureVerifier } from '../application/ports/signature-verifier.ts'
import type { ProveNewFactor } from '../application/prove-new-factor.ts'
import type { SealedBlobs } from '../application/sealed-blobs.ts'
import type { SignatureProofs } from '../application/signature-proofs.ts'
import type { SyncFactorTokens } from '../application/sync-factor-tokens.ts'
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
import { VerifyFactor } from '../application/use-cases/verify-factor.ts'
import { provide } from './provide.ts'
import { TOKENS } from './tokens.ts'

/** Binds all that the contract offers. @param historyVersions how many superseded blobs a backup keeps */
export function provideUseCases(container: Container, historyVersions: number): void {
  const create = (
    challenges: Challenges,
    authenticate: AuthenticateFactor,
    proveNewFactor: ProveNewFactor,
    signatureProofs: SignatureProofs,
    committer: Committer,
    sealedBlobs: SealedBlobs,
    syncFactorTokens: SyncFactorTokens,
    index: BackupIndex,
    blobStore: BlobStore,
    passkeys: PasskeyVerifier,
    signatures: SignatureVerifier,
    clock: Clock,
    random: Random,
    log: EventLog,
  ): UseCases => ({
    issueKeypairChallenge: new IssueKeypairChallenge(challenges),
    issuePasskeyChallenge: new IssuePasskeyChallenge(challenges, passkeys),
    createBackup: new CreateBackup(
      challenges,
      proveNewFactor,
      signatureProofs,
      index,
      sealedBlobs,
      committer,
      clock,
      random,
    ),
    retrieveBackup: new RetrieveBackup(challenges, authenticate, index, blobStore, committer, syncFactorTokens, log),
    verifyFactor: new VerifyFactor(challenges, authenticate, committer),
    addSyncFactor: new AddSyncFactor(challenges, signatureProofs, syncFactorTokens, index, committer, clock, random),
    announceFactor: new AnnounceFactor(challenges, passkeys, random),
    addFactor: new AddFactor(challenges, authenticate, proveNewFactor, committer, clock, random),
    syncBackup: new SyncBackup(challenges, authenticate, sealedBlobs, committer, historyVersions),
    retrieveMetadata: new RetrieveMetadata(challenges, authenticate, committer),
    deleteFactor: new DeleteFactor(challenges, authenticate, sealedBlobs, committer),
    deleteBackup: new DeleteBackup(challenges, authenticate, sealedBlobs, committer),
    resetBackup: new ResetBackup(challenges, signatures, index, sealedBlobs, committer),
    reportStatus: new ReportStatus(index),
    checkReadiness: new CheckReadiness(index, blobStore),
  })
  provide(container, TOKENS.useCases, create, [
    TOKENS.challenges,
    TOKENS.authenticate,
    TOKENS.proveNewFactor,
    TOKENS.signatureProofs,
    TOKENS.committer,
    TOKENS.sealedBlobs,
    TOKENS.syncFactorTokens,
    TOKENS.index,
    TOKENS.blobStore,
    TOKENS.passkeys,
    TOKENS.signatures,
    TOKENS.clock,
    TOKENS.random,
    TOKENS.log,
  ])
}
