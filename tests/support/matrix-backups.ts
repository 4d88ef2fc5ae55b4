import type { AccountKeypair } from './keypair.ts'
import {
  agreementBy,
  enrolmentOf,
  manifestHashOf,
  newContent,
  newParts,
  type BackupParts,
  type KnownBackup,
  type MetadataJson,
  type ProofJson,
  type RetrievedJson,
} from './matrix-backup-parts.ts'
import { accepted, type ChallengeWithToken, type MatrixClient } from './matrix-client.ts'
import { KeypairHolder, type Holder } from './matrix-holders.ts'

/** What owners and devices do when nothing is wrong; throws where the service does not agree. */
export class MatrixBackups {
  readonly #client: MatrixClient

  constructor(client: MatrixClient) {
    this.#client = client
  }

  /** A challenge as this holder answers it. */
  challenge(
    operation: 'create' | 'retrieve' | 'verify-factor' | 'undelete',
    holder: Holder,
  ): Promise<ChallengeWithToken> {
    return holder.answers === 'passkey'
      ? this.#client.passkeyChallenge(operation)
      : this.#client.keypairChallenge(operation)
  }

  async proof(operation: 'retrieve' | 'verify-factor' | 'undelete', holder: Holder): Promise<ProofJson> {
    const { challenge, token } = await this.challenge(operation, holder)
    return { authorization: holder.prove(challenge), challengeToken: token }
  }

  async deviceProof(operation: string, device: Holder, parameters?: object): Promise<ProofJson> {
    const { challenge, token } = await this.#client.keypairChallenge(operation, parameters)
    return { authorization: device.prove(challenge), challengeToken: token }
  }

  async createPayload({ account, owner, device, content, encryptedKey }: BackupParts) {
    const { challenge, token } = await this.challenge('create', owner)
    const sync = await this.deviceProof('create', device)
    return {
      backupAccountId: account.backupAccountId,
      authorization: owner.register(challenge),
      challengeToken: token,
      initialEncryptionKey: encryptedKey,
      initialSyncFactor: sync.authorization,
      initialSyncChallengeToken: sync.challengeToken,
      turnkeyProviderId: 'turnkey provider',
      manifestHash: manifestHashOf(content),
    }
  }

  async create(given: Partial<BackupParts> = {}): Promise<KnownBackup> {
    const parts = newParts(given)
    const { backupId, backupMetadata: metadata } = accepted(
      await this.#client.upload<{ backupId: string; backupMetadata: MetadataJson }>(
        '/create',
        await this.createPayload(parts),
        parts.content,
      ),
    )
    parts.owner.renew()
    return {
      ...parts,
      id: backupId,
      metadata,
      mainFactorId: metadata.factors[0]!.id,
      syncFactorId: metadata.syncFactors[0]!.id,
    }
  }

  async retrieve(holder: Holder): Promise<RetrievedJson> {
    const retrieved = accepted(
      await this.#client.post<RetrievedJson>('/retrieve/from-challenge', await this.proof('retrieve', holder)),
    )
    holder.renew()
    return retrieved
  }

  async metadata(device: Holder): Promise<MetadataJson> {
    return accepted(
      await this.#client.post<MetadataJson>('/retrieve-metadata', await this.deviceProof('retrieve-metadata', device)),
    )
  }

  async addSyncFactor(holder: Holder, device = new KeypairHolder()): Promise<KeypairHolder> {
    const { syncFactorToken } = await this.retrieve(holder)
    return this.useSyncFactorToken(syncFactorToken, device)
  }

  async useSyncFactorToken(syncFactorToken: string, device = new KeypairHolder()): Promise<KeypairHolder> {
    const { authorization: syncFactor, challengeToken } = await this.deviceProof('add-sync-factor', device)
    accepted(await this.#client.post('/add-sync-factor', { syncFactor, challengeToken, syncFactorToken }))
    return device
  }

  /** @returns the id of the new factor */
  async addFactor(existing: Holder, fresh: Holder = new KeypairHolder()): Promise<string> {
    const challenges = await this.#client.announce(fresh.announcement())
    const { factorId } = accepted(
      await this.#client.post<{ factorId: string }>('/add-factor', {
        ...agreementBy(existing, challenges.existing),
        ...enrolmentOf(fresh, challenges.fresh),
        turnkeyProviderId: 'turnkey provider',
      }),
    )
    existing.renew()
    fresh.renew()
    return factorId
  }

  /** @returns the backup with its new content */
  async sync(backup: KnownBackup, content = newContent()): Promise<KnownBackup> {
    const payload = {
      ...(await this.deviceProof('sync', backup.device)),
      currentManifestHash: manifestHashOf(backup.content),
      newManifestHash: manifestHashOf(content),
    }
    accepted(await this.#client.upload('/sync', payload, content))
    return { ...backup, content }
  }

  /** @param encryptionKey that goes with it */
  async deleteFactor({ device }: KnownBackup, factorId: string, encryptionKey: object | null = null): Promise<void> {
    const proof = await this.deviceProof('delete-factor', device, { factorId })
    accepted(await this.#client.post('/delete-factor', { ...proof, factorId, scope: 'MAIN', encryptionKey }))
  }

  /** By a device of its own, which is used for nothing else. */
  async deleteLastFactor({ owner }: KnownBackup, scope: 'MAIN' | 'SYNC'): Promise<void> {
    const { metadata } = await this.retrieve(owner)
    const factorId = (scope === 'MAIN' ? metadata.factors : metadata.syncFactors).at(-1)!.id
    const proof = await this.deviceProof('delete-factor', await this.addSyncFactor(owner), { factorId })
    accepted(await this.#client.post('/delete-factor', { ...proof, factorId, scope }))
  }

  async delete({ device }: KnownBackup): Promise<void> {
    accepted(await this.#client.post('/delete-backup', await this.deviceProof('delete-backup', device)))
  }

  async reset(account: AccountKeypair): Promise<void> {
    const { backupAccountId } = account
    const { challenge, token } = await this.#client.keypairChallenge('reset', { backupAccountId })
    accepted(
      await this.#client.post('/reset', { backupAccountId, challengeToken: token, signature: account.sign(challenge) }),
    )
  }
}
