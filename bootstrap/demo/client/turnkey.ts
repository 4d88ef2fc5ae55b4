import { randomBytes, randomUUID } from 'node:crypto'
import type { P256Keypair } from './p256-keypair.ts'

/** What Turnkey keeps for a user. It hands the private key out to whoever is signed in with a connected account. */
export class TurnkeyAccount {
  readonly organizationId = randomUUID()
  readonly userId = randomUUID()
  readonly privateKeyId = randomUUID()
  readonly exportedPrivateKey = randomBytes(32)

  /**
   * The text of an activity that makes `apiKey` a key of the user. One passkey prompt then authorises both: Turnkey the
   * activity, and this service what `challenge` was issued for. The text is signed as it stands: build it once.
   */
  createApiKeysActivity(apiKey: P256Keypair, challenge: string): string {
    return JSON.stringify({
      type: 'ACTIVITY_TYPE_CREATE_API_KEYS_V2',
      timestampMs: String(Date.now()),
      organizationId: this.organizationId,
      parameters: {
        userId: this.userId,
        apiKeys: [{ apiKeyName: 'backup', publicKey: apiKey.compressedPublicKey, curveType: 'API_KEY_CURVE_P256' }],
      },
      metadata: { challenge },
    })
  }
}
