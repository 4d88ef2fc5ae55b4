import { randomBytes } from 'node:crypto'
import type { BackupClient } from './client/backup-client.ts'
import { OidcSession, type SignIn } from './client/oidc-session.ts'
import { P256Keypair } from './client/p256-keypair.ts'
import type { Passkey } from './client/passkey.ts'
import type { TurnkeyAccount } from './client/turnkey.ts'
import type { Answer, EncryptedBackupKey, KeypairChallenge } from './client/wire.ts'

/** What a main factor does in a recovery: it answers a challenge, and its secret opens the key of the backup. */
export interface RecoveryFactor {
  readonly name: string
  readonly keyKind: EncryptedBackupKey['kind']
  answer(operation: 'retrieve' | 'verify-factor'): Promise<RecoveryAnswer>
}

export interface RecoveryAnswer {
  readonly answer: Answer
  readonly secret: Uint8Array
}

/** What the cloud keychain of a platform keeps for its user: a keypair to prove itself, and a secret that seals. */
export class Keychain {
  readonly keypair = new P256Keypair()
  readonly secret: Uint8Array = randomBytes(32)
}

export function passkeyFactor(client: BackupClient, name: string, passkey: Passkey): RecoveryFactor {
  return {
    name,
    keyKind: 'PRF',
    answer: async (operation) => {
      const { challenge, token } = await (operation === 'retrieve'
        ? client.retrieveChallengePasskey()
        : client.verifyFactorChallengePasskey())
      const { authorization, secret } = passkey.assert(challenge.publicKey)
      return { answer: { authorization, challengeToken: token }, secret }
    },
  }
}

export function keychainFactor(client: BackupClient, { keypair, secret }: Keychain): RecoveryFactor {
  return {
    name: 'the EC keypair in the keychain',
    keyKind: 'ICLOUD',
    answer: async (operation) => {
      const { challenge, token } = await keypairChallenge(client, operation)
      return { answer: { authorization: keypair.authorize(challenge), challengeToken: token }, secret }
    },
  }
}

/** @param turnkey opens to whoever is signed in with the account */
export function accountFactor(
  client: BackupClient,
  name: string,
  { provider, signIn, turnkey }: { provider: string; signIn: SignIn; turnkey: TurnkeyAccount },
): RecoveryFactor {
  return {
    name,
    keyKind: 'TURNKEY',
    answer: async (operation) => {
      const session = new OidcSession(provider, signIn)
      const { challenge, token } = await keypairChallenge(client, operation)
      const answer = { authorization: session.authorize(challenge), challengeToken: token }
      return { answer, secret: turnkey.exportedPrivateKey }
    },
  }
}

function keypairChallenge(client: BackupClient, operation: 'retrieve' | 'verify-factor'): Promise<KeypairChallenge> {
  return operation === 'retrieve' ? client.retrieveChallengeKeypair() : client.verifyFactorChallengeKeypair()
}
