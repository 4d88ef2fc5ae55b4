import { Transport } from './transport.ts'
import type {
  AddedFactor,
  AddFactorChallenges,
  AddFactorRequest,
  AddSyncFactorRequest,
  Answer,
  BackupMetadata,
  BackupReference,
  BackupStatus,
  CreatedBackup,
  CreatePayload,
  CreationOptionsJSON,
  DeletedFactor,
  DeleteFactorRequest,
  KeypairAuthorization,
  KeypairChallenge,
  NewFactor,
  PasskeyChallenge,
  PasskeyUser,
  RequestOptionsJSON,
  ResetRequest,
  RetrievedBackup,
  SyncPayload,
  UndeletedBackup,
} from './wire.ts'

/** One method for each operation, called as openapi.yaml calls it. All of them throw {@link Refusal}, and what else `Transport` throws. */
export class BackupClient {
  readonly #transport: Transport

  /** @param url of the service, as `http://127.0.0.1:8000` */
  constructor(url: string) {
    this.#transport = new Transport(url)
  }

  createChallengePasskey(user: PasskeyUser): Promise<PasskeyChallenge<CreationOptionsJSON>> {
    return this.#transport.post('/create/challenge/passkey', user)
  }

  createChallengeKeypair(): Promise<KeypairChallenge> {
    return this.#transport.post('/create/challenge/keypair')
  }

  createBackup(payload: CreatePayload, sealed: Uint8Array<ArrayBuffer>): Promise<CreatedBackup> {
    return this.#transport.upload('/create', payload, sealed)
  }

  retrieveChallengePasskey(): Promise<PasskeyChallenge<RequestOptionsJSON>> {
    return this.#transport.post('/retrieve/challenge/passkey')
  }

  retrieveChallengeKeypair(): Promise<KeypairChallenge> {
    return this.#transport.post('/retrieve/challenge/keypair')
  }

  retrieveFromChallenge(answer: Answer): Promise<RetrievedBackup> {
    return this.#transport.post('/retrieve/from-challenge', answer)
  }

  verifyFactorChallengePasskey(): Promise<PasskeyChallenge<RequestOptionsJSON>> {
    return this.#transport.post('/verify-factor/challenge/passkey')
  }

  verifyFactorChallengeKeypair(): Promise<KeypairChallenge> {
    return this.#transport.post('/verify-factor/challenge/keypair')
  }

  verifyFactor(answer: Answer): Promise<BackupReference> {
    return this.#transport.post('/verify-factor', answer)
  }

  addSyncFactorChallengeKeypair(): Promise<KeypairChallenge> {
    return this.#transport.post('/add-sync-factor/challenge/keypair')
  }

  addSyncFactor(request: AddSyncFactorRequest): Promise<BackupReference> {
    return this.#transport.post('/add-sync-factor', request)
  }

  addFactorChallenge(newFactor: NewFactor): Promise<AddFactorChallenges> {
    return this.#transport.post('/add-factor/challenge', { newFactor })
  }

  addFactor(request: AddFactorRequest): Promise<AddedFactor> {
    return this.#transport.post('/add-factor', request)
  }

  syncChallengeKeypair(): Promise<KeypairChallenge> {
    return this.#transport.post('/sync/challenge/keypair')
  }

  sync(payload: SyncPayload, sealed: Uint8Array<ArrayBuffer>): Promise<BackupReference> {
    return this.#transport.upload('/sync', payload, sealed)
  }

  retrieveMetadataChallengeKeypair(): Promise<KeypairChallenge> {
    return this.#transport.post('/retrieve-metadata/challenge/keypair')
  }

  retrieveMetadata(request: Answer<KeypairAuthorization> & Partial<BackupReference>): Promise<BackupMetadata> {
    return this.#transport.post('/retrieve-metadata', request)
  }

  deleteFactorChallengeKeypair(factorId: string): Promise<KeypairChallenge> {
    return this.#transport.post('/delete-factor/challenge/keypair', { factorId })
  }

  deleteFactor(request: DeleteFactorRequest): Promise<DeletedFactor> {
    return this.#transport.post('/delete-factor', request)
  }

  deleteBackupChallengeKeypair(): Promise<KeypairChallenge> {
    return this.#transport.post('/delete-backup/challenge/keypair')
  }

  deleteBackup(answer: Answer<KeypairAuthorization>): Promise<void> {
    return this.#transport.post('/delete-backup', answer)
  }

  undeleteChallengePasskey(): Promise<PasskeyChallenge<RequestOptionsJSON>> {
    return this.#transport.post('/undelete/challenge/passkey')
  }

  undeleteChallengeKeypair(): Promise<KeypairChallenge> {
    return this.#transport.post('/undelete/challenge/keypair')
  }

  undelete(answer: Answer): Promise<UndeletedBackup> {
    return this.#transport.post('/undelete', answer)
  }

  resetChallengeKeypair(backupAccountId: string): Promise<KeypairChallenge> {
    return this.#transport.post('/reset/challenge/keypair', { backupAccountId })
  }

  reset(request: ResetRequest): Promise<void> {
    return this.#transport.post('/reset', request)
  }

  backupStatus(backupId: string): Promise<BackupStatus> {
    return this.#transport.post('/backup/status', { backupId })
  }
}
