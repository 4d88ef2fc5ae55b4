import { sealBackupKey } from '../client/backup-key.ts'
import { OidcSession, type SignIn } from '../client/oidc-session.ts'
import { P256Keypair } from '../client/p256-keypair.ts'
import { TurnkeyAccount } from '../client/turnkey.ts'
import { CLIENT_ID, PROVIDER } from '../demo-service.ts'
import { accountFactor, Keychain, keychainFactor, passkeyFactor, type RecoveryFactor } from '../main-factors.ts'
import type { Stage } from '../stage.ts'
import { summaryOf } from '../summary.ts'
import type { Household } from './create.ts'

export interface AddedFactors {
  readonly keychain: Keychain
  /** Every way there is back to the backup. */
  readonly all: readonly RecoveryFactor[]
}

/** A new main factor is announced; then a factor of the backup agrees to exactly that one, and it proves itself. */
export async function addFactors(stage: Stage, { passkey, phone }: Household): Promise<AddedFactors> {
  const { narrator, client, issuer } = stage
  const { backupKey } = phone.state
  narrator.chapter('More ways back in')

  const keychain = new Keychain()
  await narrator.step(
    'the passkey agrees to an EC keypair in the keychain; the backup key is sealed for it too',
    async () => {
      const { publicKey } = keychain.keypair
      const challenges = await client.addFactorChallenge({ kind: 'EC_KEYPAIR', publicKey })
      return client.addFactor({
        existingFactorAuthorization: passkey.assertBytes(challenges.existingFactorChallenge),
        existingFactorChallengeToken: challenges.existingFactorToken,
        newFactorAuthorization: keychain.keypair.authorize(bytesOf(challenges.newFactorChallenge)),
        newFactorChallengeToken: challenges.newFactorToken,
        encryptedBackupKey: { kind: 'ICLOUD', encryptedKey: sealBackupKey(backupKey, keychain.secret) },
      })
    },
    ({ backupMetadata }) => summaryOf(backupMetadata),
  )

  const factors = [passkeyFactor(client, 'the passkey', passkey), keychainFactor(client, keychain)]
  if (issuer === undefined) {
    narrator.skip('accounts with an OpenID Provider', 'the service would have to trust the local one')
    return { keychain, all: factors }
  }

  const turnkey = new TurnkeyAccount()
  const signInAs = (subject: string): SignIn => {
    return (nonce) => issuer.signIn({ subject, email: `${subject}@mail.example`, audience: CLIENT_ID, nonce })
  }
  const [home, work] = [signInAs('home.ada'), signInAs('work.ada')]

  await narrator.step(
    'the passkey stamps a Turnkey activity, and with that one prompt agrees to an account too',
    async () => {
      const session = new OidcSession(PROVIDER, home)
      const challenges = await client.addFactorChallenge({ kind: 'OIDC_ACCOUNT', oidcToken: session.idToken })
      const activity = turnkey.createApiKeysActivity(new P256Keypair(), challenges.existingFactorChallenge)
      return client.addFactor({
        existingFactorAuthorization: passkey.stamp(activity),
        existingFactorChallengeToken: challenges.existingFactorToken,
        existingFactorTurnkeyActivity: activity,
        newFactorAuthorization: session.authorize(bytesOf(challenges.newFactorChallenge)),
        newFactorChallengeToken: challenges.newFactorToken,
        encryptedBackupKey: {
          kind: 'TURNKEY',
          encryptedKey: sealBackupKey(backupKey, turnkey.exportedPrivateKey),
          turnkeyAccountId: turnkey.organizationId,
          turnkeyUserId: turnkey.userId,
          turnkeyPrivateKeyId: turnkey.privateKeyId,
        },
        turnkeyProviderId: 'turnkey-provider-1',
      })
    },
    ({ backupMetadata }) => summaryOf(backupMetadata),
  )
  await narrator.step(
    'that account agrees to a second one; both are of one Turnkey user, so its key serves both',
    async () => {
      const [existing, fresh] = [new OidcSession(PROVIDER, home), new OidcSession(PROVIDER, work)]
      const challenges = await client.addFactorChallenge({ kind: 'OIDC_ACCOUNT', oidcToken: fresh.idToken })
      return client.addFactor({
        existingFactorAuthorization: existing.authorize(challenges.existingFactorChallenge),
        existingFactorChallengeToken: challenges.existingFactorToken,
        newFactorAuthorization: fresh.authorize(bytesOf(challenges.newFactorChallenge)),
        newFactorChallengeToken: challenges.newFactorToken,
        turnkeyProviderId: 'turnkey-provider-2',
      })
    },
    ({ backupMetadata }) => summaryOf(backupMetadata),
  )

  const accounts = [
    accountFactor(client, 'the first account', { provider: PROVIDER, signIn: home, turnkey }),
    accountFactor(client, 'the second account', { provider: PROVIDER, signIn: work, turnkey }),
  ]
  return { keychain, all: [...factors, ...accounts] }
}

/** Only a passkey gets options instead of bytes. */
function bytesOf(newFactorChallenge: string | object): string {
  if (typeof newFactorChallenge === 'string') return newFactorChallenge
  throw new Error('expected bytes to sign, got the options to make a passkey')
}
