import { NodeSignatureVerifier } from '../../../adapters/crypto/node-signature-verifier.ts'
import { JweTokenSealer } from '../../../adapters/jose/jwe-token-sealer.ts'
import { generateKeyringEntry } from '../../../adapters/jose/keyring.ts'
import { WebAuthnPasskeyVerifier } from '../../../adapters/webauthn/passkey-verifier.ts'
import { AuthenticateFactor } from '../../../application/authenticate-factor.ts'
import { Challenges } from '../../../application/challenges.ts'
import { Committer } from '../../../application/committer.ts'
import { DeletionGrace } from '../../../application/deletion-grace.ts'
import { FinalDeletions } from '../../../application/final-deletions.ts'
import type { BackupIndex } from '../../../application/ports/backup-index.ts'
import { UNLIMITED, type BackupRateLimit } from '../../../application/ports/backup-rate-limit.ts'
import type { BlobStore } from '../../../application/ports/blob-store.ts'
import type { Clock } from '../../../application/ports/clock.ts'
import type { EventLog } from '../../../application/ports/event-log.ts'
import type { IdTokenVerifier } from '../../../application/ports/id-token-verifier.ts'
import type { Random } from '../../../application/ports/random.ts'
import { ProveNewFactor } from '../../../application/prove-new-factor.ts'
import { SealedBlobs } from '../../../application/sealed-blobs.ts'
import { SignatureProofs } from '../../../application/signature-proofs.ts'
import { SyncFactorTokens } from '../../../application/sync-factor-tokens.ts'
import { AddFactor } from '../../../application/use-cases/add-factor.ts'
import { AddSyncFactor } from '../../../application/use-cases/add-sync-factor.ts'
import { AnnounceFactor } from '../../../application/use-cases/announce-factor.ts'
import { CheckReadiness } from '../../../application/use-cases/check-readiness.ts'
import { CreateBackup } from '../../../application/use-cases/create-backup.ts'
import { DeleteBackup } from '../../../application/use-cases/delete-backup.ts'
import { DeleteFactor } from '../../../application/use-cases/delete-factor.ts'
import { IssueKeypairChallenge } from '../../../application/use-cases/issue-keypair-challenge.ts'
import { IssuePasskeyChallenge } from '../../../application/use-cases/issue-passkey-challenge.ts'
import { ReportStatus } from '../../../application/use-cases/report-status.ts'
import { ResetBackup } from '../../../application/use-cases/reset-backup.ts'
import { RetrieveBackup } from '../../../application/use-cases/retrieve-backup.ts'
import { RetrieveMetadata } from '../../../application/use-cases/retrieve-metadata.ts'
import { SyncBackup } from '../../../application/use-cases/sync-backup.ts'
import { SweepBlobs } from '../../../application/use-cases/sweep-blobs.ts'
import { Undelete } from '../../../application/use-cases/undelete.ts'
import { VerifyFactor } from '../../../application/use-cases/verify-factor.ts'
import { RELYING_PARTY } from './factor-clients.ts'

export interface ApplicationPorts {
  readonly index: BackupIndex
  readonly blobs: BlobStore
  readonly clock: Clock
  readonly random: Random
  readonly events: EventLog
  readonly idTokens: IdTokenVerifier
}

export interface ApplicationLimits {
  /** How many superseded blobs a backup keeps. */
  readonly history: number
  /** Of a backup's content. */
  readonly maxBytes: number
  /** Seconds. */
  readonly deletionGrace: number
  /** None where absent. */
  readonly rateLimit?: BackupRateLimit
}

export type Application = ReturnType<typeof assembleApplication>

/** All use cases and what they share, put together as in production. */
export function assembleApplication(ports: ApplicationPorts, limits: ApplicationLimits) {
  const { history, maxBytes, deletionGrace, rateLimit = UNLIMITED } = limits
  const { index, blobs, clock, random, events, idTokens } = ports
  const sealer = new JweTokenSealer([generateKeyringEntry(new Date(clock.now()))])
  const signatureVerifier = new NodeSignatureVerifier()
  const passkeys = new WebAuthnPasskeyVerifier(RELYING_PARTY)

  const challenges = new Challenges(sealer, clock, random)
  const syncFactorTokens = new SyncFactorTokens(sealer, clock, random)
  const committer = new Committer(index, clock, random)
  const sealedBlobs = new SealedBlobs(blobs, random, events, maxBytes)
  const signatures = new SignatureProofs(signatureVerifier, idTokens, clock)
  const authenticate = new AuthenticateFactor(index, signatures, passkeys, clock, rateLimit)
  const proveNewFactor = new ProveNewFactor(signatures, passkeys)
  const grace = new DeletionGrace(deletionGrace, clock)

  return {
    sealer,
    challenges,
    syncFactorTokens,
    committer,
    sealedBlobs,
    authenticate,
    issueKeypairChallenge: new IssueKeypairChallenge(challenges),
    issuePasskeyChallenge: new IssuePasskeyChallenge(challenges, passkeys),
    createBackup: new CreateBackup(
      challenges,
      proveNewFactor,
      signatures,
      index,
      sealedBlobs,
      committer,
      clock,
      random,
      rateLimit,
    ),
    retrieveBackup: new RetrieveBackup(challenges, authenticate, index, blobs, committer, syncFactorTokens, events),
    verifyFactor: new VerifyFactor(challenges, authenticate, committer),
    addSyncFactor: new AddSyncFactor(
      challenges,
      signatures,
      syncFactorTokens,
      index,
      committer,
      clock,
      random,
      rateLimit,
    ),
    announceFactor: new AnnounceFactor(challenges, passkeys, random),
    addFactor: new AddFactor(challenges, authenticate, proveNewFactor, committer, clock, random),
    syncBackup: new SyncBackup(challenges, authenticate, sealedBlobs, committer, history),
    retrieveMetadata: new RetrieveMetadata(challenges, authenticate, committer),
    deleteFactor: new DeleteFactor(challenges, authenticate, sealedBlobs, committer, grace),
    deleteBackup: new DeleteBackup(challenges, authenticate, sealedBlobs, committer, grace),
    undelete: new Undelete(challenges, authenticate, committer, syncFactorTokens, clock),
    sweepBlobs: new SweepBlobs(index, blobs, clock, events, {
      blobs,
      finalDeletions: new FinalDeletions(committer, clock, random, events),
    }),
    resetBackup: new ResetBackup(challenges, signatureVerifier, index, sealedBlobs, committer, rateLimit),
    reportStatus: new ReportStatus(index, rateLimit),
    checkReadiness: new CheckReadiness(index, blobs),
  }
}
