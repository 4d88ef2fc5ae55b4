import { createHash, randomBytes } from 'node:crypto'
import { jsonRequest, type HttpClient, type HttpRequest } from './http-client.ts'
import { multipartRequest, uploadParts, type PartOrder } from './http-multipart.ts'
import { AccountKeypair, P256Keypair } from './keypair.ts'

/** As openapi.yaml has it; only what tests look at. */
export interface MetadataJson {
  readonly id: string
  readonly keys: readonly object[]
  readonly factors: readonly FactorJson[]
  readonly syncFactors: readonly FactorJson[]
  readonly manifestHash: string
}

export interface FactorJson {
  readonly id: string
  readonly createdAt: number
  readonly kind: { readonly kind: string; readonly publicKey?: string }
}

export interface RetrievedJson {
  readonly backup: string
  readonly metadata: MetadataJson
  readonly syncFactorToken: string
}

export interface KeypairChallengeJson {
  readonly challenge: string
  readonly token: string
}

export interface UploadOptions {
  readonly order?: PartOrder
  /** Members of the payload to replace. */
  readonly payload?: Readonly<Record<string, unknown>>
}

/**
 * Somebody with a backup and the keypairs that open it, as an app would act: gets a challenge, signs it, sends. Each
 * `…Request` is a valid one with fresh proofs, for the test to send once, twice, or changed.
 */
export class BackupClient {
  readonly http: HttpClient
  readonly account = new AccountKeypair()
  readonly main = new P256Keypair()
  readonly device = new P256Keypair()
  readonly encryptionKey = { kind: 'ICLOUD', encryptedKey: randomBytes(48).toString('base64') }
  content: Uint8Array

  constructor(http: HttpClient, content: Uint8Array = randomBytes(1000)) {
    this.http = http
    this.content = content
  }

  get id(): string {
    return this.account.backupAccountId
  }

  async challenge(operation: string, parameters: object = {}): Promise<KeypairChallengeJson> {
    return this.http.succeed(jsonRequest(`/v1/${operation}/challenge/keypair`, parameters))
  }

  /** The members that most requests begin with. */
  async answer(operation: string, keypair: P256Keypair, parameters?: object) {
    const { challenge, token } = await this.challenge(operation, parameters)
    return { authorization: authorizationBy(keypair, challenge), challengeToken: token }
  }

  /** The payload part, for those who send it in ways of their own. */
  async createPayload() {
    const main = await this.answer('create', this.main)
    const sync = await this.answer('create', this.device)
    return {
      ...main,
      initialEncryptionKey: this.encryptionKey,
      initialSyncFactor: sync.authorization,
      initialSyncChallengeToken: sync.challengeToken,
      manifestHash: manifestHashOf(this.content),
      backupAccountId: this.id,
    }
  }

  async createRequest({ order, payload }: UploadOptions = {}): Promise<HttpRequest> {
    const parts = uploadParts({ ...(await this.createPayload()), ...payload }, this.content, order)
    return multipartRequest('/v1/create', parts)
  }

  async create(options?: UploadOptions): Promise<MetadataJson> {
    const request = await this.createRequest(options)
    const { backupMetadata } = await this.http.succeed<{ backupMetadata: MetadataJson }>(request)
    return backupMetadata
  }

  /** @param newer the content that the backup is to have */
  async syncPayload(newer: Uint8Array) {
    return {
      ...(await this.answer('sync', this.device)),
      currentManifestHash: manifestHashOf(this.content),
      newManifestHash: manifestHashOf(newer),
    }
  }

  async syncRequest(newer: Uint8Array, { order, payload }: UploadOptions = {}): Promise<HttpRequest> {
    const parts = uploadParts({ ...(await this.syncPayload(newer)), ...payload }, newer, order)
    return multipartRequest('/v1/sync', parts)
  }

  async sync(newer: Uint8Array, options?: UploadOptions): Promise<void> {
    await this.http.succeed(await this.syncRequest(newer, options))
    this.content = newer
  }

  async retrieveRequest(by: P256Keypair = this.main): Promise<HttpRequest> {
    return jsonRequest('/v1/retrieve/from-challenge', await this.answer('retrieve', by))
  }

  async retrieve(by?: P256Keypair): Promise<RetrievedJson> {
    return this.http.succeed<RetrievedJson>(await this.retrieveRequest(by))
  }

  async verifyFactorRequest(): Promise<HttpRequest> {
    return jsonRequest('/v1/verify-factor', await this.answer('verify-factor', this.main))
  }

  /** Retrieves the backup first, for the token. */
  async addSyncFactorRequest(device: P256Keypair): Promise<HttpRequest> {
    const { syncFactorToken } = await this.retrieve()
    const { authorization, challengeToken } = await this.answer('add-sync-factor', device)
    return jsonRequest('/v1/add-sync-factor', { syncFactor: authorization, challengeToken, syncFactorToken })
  }

  async metadataRequest(by: P256Keypair = this.device, backupId?: string): Promise<HttpRequest> {
    return jsonRequest('/v1/retrieve-metadata', { ...(await this.answer('retrieve-metadata', by)), backupId })
  }

  async metadata(by?: P256Keypair): Promise<MetadataJson> {
    return this.http.succeed<MetadataJson>(await this.metadataRequest(by))
  }

  /** Announces `fresh`, has the main factor agree to it, and proves it. */
  async addFactorRequest(fresh: P256Keypair): Promise<HttpRequest> {
    const newFactor = { kind: 'EC_KEYPAIR', publicKey: fresh.publicKey }
    const challenges = await this.http.succeed<Record<string, string>>(
      jsonRequest('/v1/add-factor/challenge', { newFactor }),
    )
    return jsonRequest('/v1/add-factor', {
      existingFactorAuthorization: authorizationBy(this.main, challenges.existingFactorChallenge ?? ''),
      existingFactorChallengeToken: challenges.existingFactorToken,
      newFactorAuthorization: authorizationBy(fresh, challenges.newFactorChallenge ?? ''),
      newFactorChallengeToken: challenges.newFactorToken,
    })
  }

  async deleteFactorRequest(factorId: string, scope: 'MAIN' | 'SYNC', encryptionKey?: object): Promise<HttpRequest> {
    const answer = await this.answer('delete-factor', this.device, { factorId })
    return jsonRequest('/v1/delete-factor', { ...answer, factorId, scope, encryptionKey })
  }

  async deleteBackupRequest(): Promise<HttpRequest> {
    return jsonRequest('/v1/delete-backup', await this.answer('delete-backup', this.device))
  }

  async undeleteRequest(): Promise<HttpRequest> {
    return jsonRequest('/v1/undelete', await this.answer('undelete', this.main))
  }

  async resetRequest(): Promise<HttpRequest> {
    const { challenge, token } = await this.challenge('reset', { backupAccountId: this.id })
    const signature = this.account.sign(challenge)
    return jsonRequest('/v1/reset', { backupAccountId: this.id, signature, challengeToken: token })
  }

  statusRequest(): HttpRequest {
    return jsonRequest('/v1/backup/status', { backupId: this.id })
  }

  /** What is stored, and the hash it is stored under. */
  async stored(): Promise<{ readonly content: Buffer; readonly manifestHash: string }> {
    const { backup, metadata } = await this.retrieve()
    return { content: Buffer.from(backup, 'base64'), manifestHash: metadata.manifestHash }
  }
}

export function authorizationBy(keypair: P256Keypair, challenge: string) {
  return { kind: 'EC_KEYPAIR', publicKey: keypair.publicKey, signature: keypair.sign(challenge) }
}

/** As a client might make it: content that is not of its hash shows. */
export function manifestHashOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}
