import type { BackupClient } from './client/backup-client.ts'
import { P256Keypair } from './client/p256-keypair.ts'
import { sealBackup, type Files } from './client/sealed-backup.ts'
import type {
  Answer,
  BackupMetadata,
  DeletedFactor,
  EncryptedBackupKey,
  KeypairAuthorization,
  KeypairChallenge,
} from './client/wire.ts'

/** What the app on a device knows of the backup. */
export interface DeviceState {
  readonly backupId: string
  readonly backupKey: Uint8Array
  /** Of the state that the device saw last. */
  readonly manifestHash: string
  readonly files: Files
}

/** The app on one device, with the sync factor that is its own. */
export class Device {
  readonly syncKey: P256Keypair
  readonly #client: BackupClient
  #state: DeviceState

  constructor(client: BackupClient, state: DeviceState, syncKey = new P256Keypair()) {
    this.#client = client
    this.#state = state
    this.syncKey = syncKey
  }

  get state(): DeviceState {
    return this.#state
  }

  /** The device takes over what it has recovered. */
  catchUp(state: Pick<DeviceState, 'files' | 'manifestHash'>): void {
    this.#state = { ...this.#state, ...state }
  }

  /** After a retrieval: from now on this device may sync. */
  async join(syncFactorToken: string): Promise<void> {
    const { authorization, challengeToken } = this.#answer(await this.#client.addSyncFactorChallengeKeypair())
    await this.#client.addSyncFactor({ syncFactor: authorization, challengeToken, syncFactorToken })
  }

  /** Replaces the content of the backup, from the state that this device saw last. */
  async sync(files: Files): Promise<void> {
    const { backupId, backupKey, manifestHash } = this.#state
    const next = sealBackup(files, backupId, backupKey)
    const answer = this.#answer(await this.#client.syncChallengeKeypair())
    const hashes = { currentManifestHash: manifestHash, newManifestHash: next.manifestHash }
    await this.#client.sync({ ...answer, ...hashes }, next.sealed)
    this.catchUp({ files, manifestHash: next.manifestHash })
  }

  /** With the id, the answer to a device that was removed tells that from a backup that was deleted. */
  async metadata(): Promise<BackupMetadata> {
    const answer = this.#answer(await this.#client.retrieveMetadataChallengeKeypair())
    return this.#client.retrieveMetadata({ ...answer, backupId: this.#state.backupId })
  }

  /** @param encryptionKey goes with a main factor, if it was the last that the key served */
  async deleteFactor(
    factorId: string,
    scope: 'MAIN' | 'SYNC',
    encryptionKey?: EncryptedBackupKey,
  ): Promise<DeletedFactor> {
    const answer = this.#answer(await this.#client.deleteFactorChallengeKeypair(factorId))
    const request = { ...answer, factorId, scope }
    return this.#client.deleteFactor(encryptionKey === undefined ? request : { ...request, encryptionKey })
  }

  async deleteBackup(): Promise<void> {
    await this.#client.deleteBackup(this.#answer(await this.#client.deleteBackupChallengeKeypair()))
  }

  #answer({ challenge, token }: KeypairChallenge): Answer<KeypairAuthorization> {
    return { authorization: this.syncKey.authorize(challenge), challengeToken: token }
  }
}
