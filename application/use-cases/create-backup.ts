import { Backup, requireDistinctCredentials } from '../../domain/backup.ts'
import type { BackupId } from '../../domain/backup-id.ts'
import { exportMetadata, type BackupMetadata } from '../../domain/backup-metadata.ts'
import { credentialReference, type CredentialIdentity, type EcKeypairCredential } from '../../domain/credential.ts'
import { DomainError } from '../../domain/domain-error.ts'
import type { EncryptedBackupKey } from '../../domain/encrypted-backup-key.ts'
import { factorId } from '../../domain/factor.ts'
import type { ManifestHash } from '../../domain/manifest-hash.ts'
import { challengeTypeFor, requireSyncFactor, type Authorization } from '../authorization.ts'
import { requireContext, requireType, type Challenges, type OpenedChallenge } from '../challenges.ts'
import type { Committer } from '../committer.ts'
import type { BackupIndex } from '../ports/backup-index.ts'
import type { BackupRateLimit } from '../ports/backup-rate-limit.ts'
import { unixSeconds, type Clock } from '../ports/clock.ts'
import type { Random } from '../ports/random.ts'
import { newCredential, type ProveNewFactor } from '../prove-new-factor.ts'
import type { SealedBlobs } from '../sealed-blobs.ts'
import type { SignatureProofs } from '../signature-proofs.ts'

export interface CreateBackupCommand {
  readonly backupId: BackupId
  readonly authorization: Authorization
  readonly challengeToken: string
  readonly initialSyncFactor: Authorization
  readonly initialSyncChallengeToken: string
  readonly initialEncryptionKey: EncryptedBackupKey
  readonly turnkeyProviderId: string | undefined
  readonly manifestHash: ManifestHash
  /** Not read before everything else is known to be right. */
  readonly body: AsyncIterable<Uint8Array>
}

/** Creates a backup with its first main factor, its first sync factor and its first content. */
export class CreateBackup {
  readonly #challenges: Challenges
  readonly #proveNewFactor: ProveNewFactor
  readonly #signatures: SignatureProofs
  readonly #index: BackupIndex
  readonly #blobs: SealedBlobs
  readonly #committer: Committer
  readonly #clock: Clock
  readonly #random: Random
  readonly #rateLimit: BackupRateLimit

  constructor(
    challenges: Challenges,
    proveNewFactor: ProveNewFactor,
    signatures: SignatureProofs,
    index: BackupIndex,
    blobs: SealedBlobs,
    committer: Committer,
    clock: Clock,
    random: Random,
    rateLimit: BackupRateLimit,
  ) {
    this.#challenges = challenges
    this.#proveNewFactor = proveNewFactor
    this.#signatures = signatures
    this.#index = index
    this.#blobs = blobs
    this.#committer = committer
    this.#clock = clock
    this.#random = random
    this.#rateLimit = rateLimit
  }

  /**
   * @throws {DomainError} the codes of the two proofs, `invalid_sync_factor_type`, `missing_turnkey_provider_id`,
   *   `backup_account_id_already_exists`, `factor_already_exists`, `empty_backup_file`, `content_too_large`, `already_used`,
   *   `too_many_requests`
   */
  async execute(command: CreateBackupCommand): Promise<BackupMetadata> {
    const { backupId } = command
    const syncFactor = requireSyncFactor(command.initialSyncFactor)
    const challenges = await this.#openChallenges(command)
    const sync = await this.#signatures.ecKeypair(syncFactor, challenges.sync)
    const main = await this.#proveNewFactor.execute(command.authorization, challenges.main)
    await this.#rateLimit.admit(backupId, 'creator')
    await this.#requireAvailable(backupId, main.identity, sync.identity)
    const credential = newCredential(main.identity, command.turnkeyProviderId)

    const createdAt = unixSeconds(this.#clock)
    const backup = await this.#blobs.upload(backupId, command.body, async (blob) => {
      const created = Backup.create({
        id: backupId,
        incarnation: this.#random.uuid(),
        mainFactor: { id: factorId(this.#random.uuid()), createdAt, credential },
        syncFactor: { id: factorId(this.#random.uuid()), createdAt, credential: sync.identity },
        key: command.initialEncryptionKey,
        manifestHash: command.manifestHash,
        blob,
      })
      await this.#committer.create(created, [...main.consume, ...sync.consume])
      return created
    })
    return exportMetadata(backup)
  }

  async #openChallenges({
    authorization,
    challengeToken,
    initialSyncChallengeToken,
  }: CreateBackupCommand): Promise<{ readonly main: OpenedChallenge; readonly sync: OpenedChallenge }> {
    const main = await this.#challenges.unseal(challengeToken)
    const sync = await this.#challenges.unseal(initialSyncChallengeToken)
    requireType(main, challengeTypeFor(authorization))
    requireType(sync, 'keypair')
    return { main: requireContext(main, 'create'), sync: requireContext(sync, 'create') }
  }

  /** Spares a client the upload that the commit would refuse; the commit alone decides. */
  async #requireAvailable(id: BackupId, main: CredentialIdentity, sync: EcKeypairCredential): Promise<void> {
    const [existing, ...holders] = await Promise.all([
      this.#index.load(id),
      this.#index.findByFactor({ scope: 'MAIN', credential: credentialReference(main) }),
      this.#index.findByFactor({ scope: 'SYNC', credential: credentialReference(sync) }),
    ])
    if (existing !== undefined) {
      throw new DomainError('backup_account_id_already_exists', 'there is a backup of this account already')
    }
    requireDistinctCredentials(main, sync)
    if (holders.some((holder) => holder !== undefined)) {
      throw new DomainError('factor_already_exists', 'this credential already belongs to a backup')
    }
  }
}
