import { createHash, randomBytes } from 'node:crypto'
import { AccountKeypair } from '../../bootstrap/demo/client/account-keypair.ts'
import type { BackupClient } from '../../bootstrap/demo/client/backup-client.ts'
import { P256Keypair } from '../../bootstrap/demo/client/p256-keypair.ts'
import type { CreatePayload } from '../../bootstrap/demo/client/wire.ts'

/** Someone with a backup whose main factor and sync factor are keypairs: the least that it takes to work with one. */
export class KeypairOwner {
  readonly account = new AccountKeypair(randomBytes(32))
  readonly main = new P256Keypair()
  readonly device = new P256Keypair()

  /** The payload that creates a backup of these bytes. */
  async creation(client: BackupClient, sealed: Uint8Array): Promise<CreatePayload> {
    const challenge = await client.createChallengeKeypair()
    const syncChallenge = await client.createChallengeKeypair()
    return {
      authorization: this.main.authorize(challenge.challenge),
      challengeToken: challenge.token,
      initialEncryptionKey: { kind: 'ICLOUD', encryptedKey: 'sealed' },
      initialSyncFactor: this.device.authorize(syncChallenge.challenge),
      initialSyncChallengeToken: syncChallenge.token,
      manifestHash: hashOf(sealed),
      backupAccountId: this.account.backupAccountId,
    }
  }

  async create(client: BackupClient, sealed: Uint8Array<ArrayBuffer>): Promise<void> {
    await client.createBackup(await this.creation(client, sealed), sealed)
  }

  async sync(client: BackupClient, from: Uint8Array, to: Uint8Array<ArrayBuffer>): Promise<void> {
    const { challenge, token } = await client.syncChallengeKeypair()
    await client.sync(
      {
        authorization: this.device.authorize(challenge),
        challengeToken: token,
        currentManifestHash: hashOf(from),
        newManifestHash: hashOf(to),
      },
      to,
    )
  }

  /** @returns the sealed bytes and the manifest hash that came with them */
  async retrieve(client: BackupClient): Promise<{ readonly sealed: Buffer; readonly manifestHash: string }> {
    const { challenge, token } = await client.retrieveChallengeKeypair()
    const { backup, metadata } = await client.retrieveFromChallenge({
      authorization: this.main.authorize(challenge),
      challengeToken: token,
    })
    return { sealed: Buffer.from(backup, 'base64'), manifestHash: metadata.manifestHash }
  }
}

/** Stands for the client's manifest: here it is the bytes themselves that are hashed. */
export function hashOf(sealed: Uint8Array): string {
  return createHash('sha256').update(sealed).digest('hex')
}
