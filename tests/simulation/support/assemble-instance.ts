import { AuthenticateFactor } from '../../../application/authenticate-factor.ts'
import { Challenges } from '../../../application/challenges.ts'
import { Committer } from '../../../application/committer.ts'
import { DeletionGrace } from '../../../application/deletion-grace.ts'
import type { BackupIndex } from '../../../application/ports/backup-index.ts'
import { UNLIMITED } from '../../../application/ports/backup-rate-limit.ts'
import type { BlobStore } from '../../../application/ports/blob-store.ts'
import type { Clock } from '../../../application/ports/clock.ts'
import type { EventLog } from '../../../application/ports/event-log.ts'
import type { Random } from '../../../application/ports/random.ts'
import type { TokenSealer } from '../../../application/ports/token-sealer.ts'
import { ProveNewFactor } from '../../../application/prove-new-factor.ts'
import { SealedBlobs } from '../../../application/sealed-blobs.ts'
import { SignatureProofs } from '../../../application/signature-proofs.ts'
import { SyncFactorTokens } from '../../../application/sync-factor-tokens.ts'
import { AddFactor } from '../../../application/use-cases/add-factor.ts'
import { AddSyncFactor } from '../../../application/use-cases/add-sync-factor.ts'
import { AnnounceFactor } from '../../../application/use-cases/announce-factor.ts'
import { CreateBackup } from '../../../application/use-cases/create-backup.ts'
import { DeleteBackup } from '../../../application/use-cases/delete-backup.ts'
import { DeleteFactor } from '../../../application/use-cases/delete-factor.ts'
import { ReportStatus } from '../../../application/use-cases/report-status.ts'
import { ResetBackup } from '../../../application/use-cases/reset-backup.ts'
import { RetrieveBackup } from '../../../application/use-cases/retrieve-backup.ts'
import { RetrieveMetadata } from '../../../application/use-cases/retrieve-metadata.ts'
import type { SweepBlobs } from '../../../application/use-cases/sweep-blobs.ts'
import { SyncBackup } from '../../../application/use-cases/sync-backup.ts'
import { Undelete } from '../../../application/use-cases/undelete.ts'
import { VerifyBackups } from '../../../application/use-cases/verify-backups.ts'
import { VerifyFactor } from '../../../application/use-cases/verify-factor.ts'
import { createSweep } from '../../../bootstrap/create-sweep.ts'
import { DigestSignatureVerifier } from './fakes/digest-signatures.ts'
import { PlainIdTokenVerifier } from './fakes/plain-id-token-verifier.ts'
import { PlainPasskeyVerifier } from './fakes/plain-passkey-verifier.ts'
import { MAX_BYTES } from './limits.ts'
import type { Retention } from './retention.ts'

export interface InstancePorts {
  readonly index: BackupIndex
  readonly blobs: BlobStore
  readonly clock: Clock
  readonly random: Random
  readonly log: EventLog
  readonly sealer: TokenSealer
}

/** Where a bug can be planted: each makes a part of an instance in place of the shipped one. */
export interface Workshop {
  readonly ports?: (ports: InstancePorts) => InstancePorts
  readonly sealedBlobs?: (ports: InstancePorts) => SealedBlobs
  readonly sweepBlobs?: (ports: InstancePorts) => SweepBlobs
}

export type SimulatedApplication = ReturnType<typeof assembleInstance>

/** The shipped use cases, put together as in production, on ports that a seed controls. */
export function assembleInstance(given: InstancePorts, { history, deletionGrace }: Retention, workshop: Workshop = {}) {
  const ports = workshop.ports?.(given) ?? given
  const { index, blobs, clock, random, log, sealer } = ports
  const signatureVerifier = new DigestSignatureVerifier()
  const passkeys = new PlainPasskeyVerifier()
  const challenges = new Challenges(sealer, clock, random)
  const tokens = new SyncFactorTokens(sealer, clock, random)
  const committer = new Committer(index, clock, random)
  const sealed = workshop.sealedBlobs?.(ports) ?? new SealedBlobs(blobs, random, log, MAX_BYTES)
  const signatures = new SignatureProofs(signatureVerifier, new PlainIdTokenVerifier(), clock)
  const authenticate = new AuthenticateFactor(index, signatures, passkeys, clock, UNLIMITED)
  const proveNew = new ProveNewFactor(signatures, passkeys)
  const grace = new DeletionGrace(deletionGrace, clock)

  return {
    challenges,
    announceFactor: new AnnounceFactor(challenges, passkeys, random),
    createBackup: new CreateBackup(
      challenges,
      proveNew,
      signatures,
      index,
      sealed,
      committer,
      clock,
      random,
      UNLIMITED,
    ),
    retrieveBackup: new RetrieveBackup(challenges, authenticate, index, blobs, committer, tokens, log),
    verifyFactor: new VerifyFactor(challenges, authenticate, committer),
    addSyncFactor: new AddSyncFactor(challenges, signatures, tokens, index, committer, clock, random, UNLIMITED),
    addFactor: new AddFactor(challenges, authenticate, proveNew, committer, clock, random),
    syncBackup: new SyncBackup(challenges, authenticate, sealed, committer, history),
    retrieveMetadata: new RetrieveMetadata(challenges, authenticate, committer),
    deleteFactor: new DeleteFactor(challenges, authenticate, sealed, committer, grace),
    deleteBackup: new DeleteBackup(challenges, authenticate, sealed, committer, grace),
    undelete: new Undelete(challenges, authenticate, committer, tokens, clock),
    resetBackup: new ResetBackup(challenges, signatureVerifier, index, sealed, committer, UNLIMITED),
    reportStatus: new ReportStatus(index, UNLIMITED),
    verifyBackups: new VerifyBackups(index, blobs, clock),
    sweepBlobs: workshop.sweepBlobs?.(ports) ?? createSweep(ports, clock, random, log),
  }
}
