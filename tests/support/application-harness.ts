import { createHash, randomBytes } from 'node:crypto'
import { NodeRandom } from '../../adapters/crypto/node-random.ts'
import type { Authorization } from '../../application/authorization.ts'
import type { ChallengeType } from '../../application/challenge.ts'
import type { ChallengeContext } from '../../application/challenge-context.ts'
import type { BackupIndex } from '../../application/ports/backup-index.ts'
import type { BlobStore } from '../../application/ports/blob-store.ts'
import type { AddFactorCommand } from '../../application/use-cases/add-factor.ts'
import type { AddSyncFactorCommand } from '../../application/use-cases/add-sync-factor.ts'
import type { CreateBackupCommand } from '../../application/use-cases/create-backup.ts'
import type { DeleteFactorCommand } from '../../application/use-cases/delete-factor.ts'
import type { ResetBackupCommand } from '../../application/use-cases/reset-backup.ts'
import type { RetrievedBackup } from '../../application/use-cases/retrieve-backup.ts'
import type { SyncBackupCommand } from '../../application/use-cases/sync-backup.ts'
import type { UndeletedBackup } from '../../application/use-cases/undelete.ts'
import type { BackupId } from '../../domain/backup-id.ts'
import type { BackupMetadata } from '../../domain/backup-metadata.ts'
import { factorId, type FactorId, type FactorScope } from '../../domain/factor.ts'
import { parseManifestHash, type ManifestHash } from '../../domain/manifest-hash.ts'
import {
  assembleApplication,
  type Application,
  type ApplicationLimits,
} from '../application/support/assemble-application.ts'
import {
  AccountClient,
  keypairAuthorization,
  KeypairClient,
  type FactorClient,
} from '../application/support/factor-clients.ts'
import { IdTokenProvider } from '../application/support/id-token-provider.ts'
import { RecordedBody } from '../application/support/recorded-body.ts'
import { readAll } from './byte-streams.ts'
import { AccountKeypair, P256Keypair } from './keypair.ts'
import type { ManualClock } from './manual-clock.ts'
import { RecordingEventLog } from './recording-event-log.ts'

/** What the owner of a backup holds. */
export interface BackupOwner {
  readonly account: AccountKeypair
  readonly main: FactorClient
  readonly device: P256Keypair
  readonly content: Uint8Array
}

export interface CreatedBackup extends BackupOwner {
  readonly id: BackupId
  /** As it was after creation. */
  readonly metadata: BackupMetadata
  /** Of `main`. */
  readonly mainFactorId: FactorId
  /** Of `device`. */
  readonly syncFactorId: FactorId
}

export interface Download extends Omit<RetrievedBackup, 'blob'> {
  readonly content: Buffer
}

/** A factor's answer to a challenge, as most commands begin. */
export interface Answer {
  readonly authorization: Authorization
  readonly challengeToken: string
}

export interface HarnessStores<Index extends BackupIndex, Blobs extends BlobStore> {
  readonly index: Index
  readonly blobs: Blobs
  /** The one that the blob store has. */
  readonly clock: ManualClock
}

/**
 * The use cases on real adapters, and clients for them: each `…Command` is a valid request with fresh proofs, for the test
 * to send as it is, to change first or to send twice. Methods without `Command` also send it.
 */
export class ApplicationHarness<Index extends BackupIndex = BackupIndex, Blobs extends BlobStore = BlobStore> {
  readonly index: Index
  readonly blobs: Blobs
  readonly clock: ManualClock
  readonly events = new RecordingEventLog()
  readonly application: Application
  readonly #provider: IdTokenProvider

  constructor({ index, blobs, clock }: HarnessStores<Index, Blobs>, limits: Partial<ApplicationLimits> = {}) {
    this.index = index
    this.blobs = blobs
    this.clock = clock
    this.#provider = new IdTokenProvider(clock)
    const { events } = this
    const idTokens = this.#provider.verifier(events)
    this.application = assembleApplication(
      { index, blobs, clock, events, idTokens, random: new NodeRandom() },
      { history: 1, maxBytes: 1024, deletionGrace: 0, ...limits },
    )
  }

  /** Somebody with an account at the OpenID Provider that the service trusts. */
  newAccountClient(): AccountClient {
    return new AccountClient(this.#provider)
  }

  async answer(client: FactorClient, operation: 'create' | 'retrieve' | 'verify-factor' | 'undelete'): Promise<Answer> {
    const type: ChallengeType = client.kind === 'PASSKEY' ? 'passkey' : 'keypair'
    const { challenge, token } = await this.application.challenges.issue(type, { operation })
    const authorization = operation === 'create' ? client.enrol(challenge) : client.prove(challenge)
    return { authorization, challengeToken: token }
  }

  async deviceAnswer(device: P256Keypair, context: ChallengeContext): Promise<Answer> {
    const { challenge, token } = await this.application.challenges.issue('keypair', context)
    return { authorization: keypairAuthorization(device, challenge), challengeToken: token }
  }

  async createCommand(owner: Partial<BackupOwner> = {}): Promise<CreateBackupCommand> {
    const { account, main, device, content } = newOwner(owner)
    const sync = await this.deviceAnswer(device, { operation: 'create' })
    return {
      ...(await this.answer(main, 'create')),
      backupId: account.backupAccountId,
      initialSyncFactor: sync.authorization,
      initialSyncChallengeToken: sync.challengeToken,
      initialEncryptionKey: main.encryptedKey,
      turnkeyProviderId: 'turnkey provider',
      manifestHash: manifestHashOf(content),
      body: new RecordedBody([content]),
    }
  }

  async createBackup(parts: Partial<BackupOwner> = {}): Promise<CreatedBackup> {
    const owner = newOwner(parts)
    const metadata = await this.application.createBackup.execute(await this.createCommand(owner))
    const { id, factors, syncFactors } = metadata
    return { ...owner, id, metadata, mainFactorId: factors[0]!.id, syncFactorId: syncFactors[0]!.id }
  }

  /** The whole download. */
  async retrieve(main: FactorClient): Promise<Download> {
    const { blob, ...rest } = await this.application.retrieveBackup.execute(await this.answer(main, 'retrieve'))
    return { ...rest, content: await readAll(blob.body) }
  }

  async syncCommand({ device, content }: CreatedBackup, newer: Uint8Array): Promise<SyncBackupCommand> {
    return {
      ...(await this.deviceAnswer(device, { operation: 'sync' })),
      currentManifestHash: manifestHashOf(content),
      newManifestHash: manifestHashOf(newer),
      body: new RecordedBody([newer]),
    }
  }

  /** @returns what the client knows of its backup now */
  async sync(backup: CreatedBackup, content: Uint8Array = newContent()): Promise<CreatedBackup> {
    await this.application.syncBackup.execute(await this.syncCommand(backup, content))
    return { ...backup, content }
  }

  /** Retrieves the backup first, for the token. */
  async addSyncFactorCommand(main: FactorClient, device: P256Keypair): Promise<AddSyncFactorCommand> {
    const { syncFactorToken } = await this.retrieve(main)
    const { authorization, challengeToken } = await this.deviceAnswer(device, { operation: 'add-sync-factor' })
    return { syncFactor: authorization, challengeToken, syncFactorToken }
  }

  async addSyncFactor({ main }: CreatedBackup, device = new P256Keypair()): Promise<P256Keypair> {
    await this.application.addSyncFactor.execute(await this.addSyncFactorCommand(main, device))
    return device
  }

  /** Announces `fresh`, has `existing` agree to it, and proves it. */
  async addFactorCommand(existing: FactorClient, fresh: FactorClient): Promise<AddFactorCommand> {
    const { forExistingFactor, forNewFactor } = await this.application.announceFactor.execute(fresh.announce())
    return {
      existingFactor: existing.prove(forExistingFactor.challenge),
      existingFactorToken: forExistingFactor.token,
      turnkeyActivity: undefined,
      newFactor: fresh.enrol(forNewFactor.challenge),
      newFactorToken: forNewFactor.token,
      encryptedBackupKey: undefined,
      turnkeyProviderId: 'turnkey provider',
    }
  }

  /** @returns the id of the new factor */
  async addFactor({ main }: CreatedBackup, fresh: FactorClient): Promise<FactorId> {
    const { factorId } = await this.application.addFactor.execute(await this.addFactorCommand(main, fresh))
    return factorId
  }

  async deleteFactorCommand(device: P256Keypair, id: string, scope: FactorScope): Promise<DeleteFactorCommand> {
    const removed = factorId(id)
    const answer = await this.deviceAnswer(device, { operation: 'delete-factor', factorId: removed })
    return { ...answer, factorId: removed, scope, encryptionKey: undefined }
  }

  async deleteFactor(device: P256Keypair, factorId: string, scope: FactorScope): Promise<void> {
    await this.application.deleteFactor.execute(await this.deleteFactorCommand(device, factorId, scope))
  }

  async deleteBackup({ device }: CreatedBackup): Promise<void> {
    await this.application.deleteBackup.execute(await this.deviceAnswer(device, { operation: 'delete-backup' }))
  }

  async undelete(main: FactorClient): Promise<UndeletedBackup> {
    return this.application.undelete.execute(await this.answer(main, 'undelete'))
  }

  async resetCommand(account: AccountKeypair): Promise<ResetBackupCommand> {
    const backupId = account.backupAccountId
    const { challenge, token } = await this.application.challenges.issue('keypair', { operation: 'reset', backupId })
    return { backupId, challengeToken: token, signature: account.sign(challenge) }
  }
}

/** Random bytes, for no two contents to be the same by accident. */
export function newContent(size = 64): Uint8Array {
  return randomBytes(size)
}

/** As a client might make it: content that is not of its hash shows. */
export function manifestHashOf(content: Uint8Array): ManifestHash {
  return parseManifestHash(createHash('sha256').update(content).digest('hex'))
}

function newOwner({
  account = new AccountKeypair(),
  main = new KeypairClient(),
  device = new P256Keypair(),
  content = newContent(),
}: Partial<BackupOwner>): BackupOwner {
  return { account, main, device, content }
}
