import type { UseCases } from '../adapters/http/use-cases.ts'
import type { AuthenticateFactor } from '../application/authenticate-factor.ts'
import type { Challenges } from '../application/challenges.ts'
import type { Committer } from '../application/committer.ts'
import type { DeletionGrace } from '../application/deletion-grace.ts'
import type { BackupIndex } from '../application/ports/backup-index.ts'
import type { BackupRateLimit } from '../application/ports/backup-rate-limit.ts'
import type { BlobStore } from '../application/ports/blob-store.ts'
import type { Clock } from '../application/ports/clock.ts'
import type { EventLog } from '../application/ports/event-log.ts'
import type { IdTokenVerifier } from '../application/ports/id-token-verifier.ts'
import type { PasskeyVerifier } from '../application/ports/passkey-verifier.ts'
import type { Random } from '../application/ports/random.ts'
import type { SignatureVerifier } from '../application/ports/signature-verifier.ts'
import type { TokenSealer } from '../application/ports/token-sealer.ts'
import type { ProveNewFactor } from '../application/prove-new-factor.ts'
import type { SealedBlobs } from '../application/sealed-blobs.ts'
import type { SignatureProofs } from '../application/signature-proofs.ts'
import type { SyncFactorTokens } from '../application/sync-factor-tokens.ts'
import { token } from './provide.ts'

/** Everything that the container holds, by name. */
export const TOKENS = {
  clock: token<Clock>('clock'),
  random: token<Random>('random'),
  log: token<EventLog>('log'),
  /** How many superseded blobs a backup keeps. */
  historyVersions: token<number>('historyVersions'),
  deletionGrace: token<DeletionGrace>('deletionGrace'),
  index: token<BackupIndex>('index'),
  blobStore: token<BlobStore>('blobStore'),
  backupRateLimit: token<BackupRateLimit>('backupRateLimit'),
  sealer: token<TokenSealer>('sealer'),
  signatures: token<SignatureVerifier>('signatures'),
  passkeys: token<PasskeyVerifier>('passkeys'),
  idTokens: token<IdTokenVerifier>('idTokens'),
  challenges: token<Challenges>('challenges'),
  syncFactorTokens: token<SyncFactorTokens>('syncFactorTokens'),
  signatureProofs: token<SignatureProofs>('signatureProofs'),
  proveNewFactor: token<ProveNewFactor>('proveNewFactor'),
  authenticate: token<AuthenticateFactor>('authenticate'),
  committer: token<Committer>('committer'),
  sealedBlobs: token<SealedBlobs>('sealedBlobs'),
  useCases: token<UseCases>('useCases'),
}
