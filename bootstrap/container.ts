import { Container } from 'inversify'
import { NodeSignatureVerifier } from '../adapters/crypto/node-signature-verifier.ts'
import { JweTokenSealer } from '../adapters/jose/jwe-token-sealer.ts'
import type { Keyring } from '../adapters/jose/keyring.ts'
import { MemoryBackupRateLimit } from '../adapters/memory/memory-backup-rate-limit.ts'
import { JoseIdTokenVerifier } from '../adapters/oidc/jose-id-token-verifier.ts'
import { JwksSource } from '../adapters/signed-tokens/jwks-source.ts'
import { BoundedBackupIndex } from '../adapters/shared/bounded-backup-index.ts'
import { BoundedBlobStore } from '../adapters/shared/bounded-blob-store.ts'
import type { Metrics } from '../adapters/shared/metrics.ts'
import { WebAuthnPasskeyVerifier } from '../adapters/webauthn/passkey-verifier.ts'
import { AuthenticateFactor } from '../application/authenticate-factor.ts'
import { Challenges } from '../application/challenges.ts'
import { Committer } from '../application/committer.ts'
import { DeletionGrace } from '../application/deletion-grace.ts'
import { UNLIMITED, type BackupRateLimit } from '../application/ports/backup-rate-limit.ts'
import type { Clock } from '../application/ports/clock.ts'
import type { EventLog } from '../application/ports/event-log.ts'
import type { Random } from '../application/ports/random.ts'
import { ProveNewFactor } from '../application/prove-new-factor.ts'
import { SealedBlobs } from '../application/sealed-blobs.ts'
import { SignatureProofs } from '../application/signature-proofs.ts'
import { SyncFactorTokens } from '../application/sync-factor-tokens.ts'
import type { Configuration } from './configuration.ts'
import { provide, provideValue } from './provide.ts'
import type { Stores } from './stores.ts'
import { TOKENS } from './tokens.ts'
import { provideUseCases } from './use-case-bindings.ts'

/** What has to be there before anything can be put together. */
export interface Foundation {
  readonly configuration: Configuration
  readonly keyring: Keyring
  readonly stores: Stores
  readonly clock: Clock
  readonly random: Random
  readonly log: EventLog
  readonly metrics: Metrics
}

/** Puts the service together; nothing runs yet. */
export function createContainer(foundation: Foundation): Container {
  const container = new Container()
  bindAdapters(container, foundation)
  bindApplication(container, foundation.configuration)
  provideUseCases(container)
  return container
}

function bindAdapters(container: Container, foundation: Foundation): void {
  const { configuration, keyring, stores, clock, random, log, metrics } = foundation
  provideValue(container, TOKENS.clock, clock)
  provideValue(container, TOKENS.random, random)
  provideValue(container, TOKENS.log, log)
  provideValue(container, TOKENS.historyVersions, configuration.historyVersions)
  provideValue(container, TOKENS.deletionGrace, new DeletionGrace(configuration.deletionGrace, clock))
  provideValue(container, TOKENS.index, new BoundedBackupIndex(stores.index, metrics))
  provideValue(container, TOKENS.blobStore, new BoundedBlobStore(stores.blobs, metrics, log))
  provideValue(container, TOKENS.backupRateLimit, makeBackupRateLimit(foundation))
  provide(container, TOKENS.signatures, () => new NodeSignatureVerifier(), [])
  provide(container, TOKENS.sealer, () => new JweTokenSealer(keyring), [])
  provide(container, TOKENS.passkeys, () => new WebAuthnPasskeyVerifier(configuration.relyingParty), [])
  provide(
    container,
    TOKENS.idTokens,
    (time: Clock, events: EventLog) =>
      new JoseIdTokenVerifier(configuration.oidcProviders, (url) => new JwksSource({ url, clock: time, events }), time),
    [TOKENS.clock, TOKENS.log],
  )
}

function bindApplication(container: Container, { maxBackupBytes }: Configuration): void {
  const {
    clock,
    random,
    log,
    index,
    blobStore,
    sealer,
    signatures,
    passkeys,
    idTokens,
    signatureProofs,
    backupRateLimit,
  } = TOKENS
  provide(container, TOKENS.challenges, (...needs) => new Challenges(...needs), [sealer, clock, random])
  provide(container, TOKENS.syncFactorTokens, (...needs) => new SyncFactorTokens(...needs), [sealer, clock, random])
  provide(container, signatureProofs, (...needs) => new SignatureProofs(...needs), [signatures, idTokens, clock])
  provide(container, TOKENS.proveNewFactor, (...needs) => new ProveNewFactor(...needs), [signatureProofs, passkeys])
  provide(container, TOKENS.authenticate, (...needs) => new AuthenticateFactor(...needs), [
    index,
    signatureProofs,
    passkeys,
    clock,
    backupRateLimit,
  ])
  provide(container, TOKENS.committer, (...needs) => new Committer(...needs), [index, clock, random])
  provide(container, TOKENS.sealedBlobs, (...needs) => new SealedBlobs(...needs, maxBackupBytes), [
    blobStore,
    random,
    log,
  ])
}

function makeBackupRateLimit({ configuration, clock, metrics }: Foundation): BackupRateLimit {
  const perMinute = configuration.limits.rateLimitPerBackupPerMinute
  return perMinute === undefined ? UNLIMITED : new MemoryBackupRateLimit(perMinute, clock, metrics)
}
