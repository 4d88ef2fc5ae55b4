import { createHash, randomUUID } from 'node:crypto'
import type {
  Authorization,
  EcKeypairAuthorization,
  OidcAuthorization,
  PasskeyAuthorization,
} from '../../../application/authorization.ts'
import { challengeOf, type Challenge } from '../../../application/challenge.ts'
import type { NewFactor } from '../../../application/use-cases/announce-factor.ts'
import type { Credential } from '../../../domain/credential.ts'
import type { EncryptedBackupKey } from '../../../domain/encrypted-backup-key.ts'
import { P256Keypair } from '../../support/keypair.ts'
import {
  SoftwareAuthenticator,
  type Ceremony,
  type SoftwareAuthenticatorOptions,
} from '../../support/software-authenticator.ts'
import { IdTokenProvider } from './id-token-provider.ts'

export const RELYING_PARTY = {
  relyingPartyId: 'example.org',
  relyingPartyName: 'Example Backup',
  origins: ['https://example.org'],
} as const

/** Somebody who holds a main factor, whatever its kind. */
export interface FactorClient {
  readonly kind: Credential['kind']
  /** The backup's key, sealed for this kind of factor. */
  readonly encryptedKey: EncryptedBackupKey
  /** What is said of a factor before it is added. */
  announce(): NewFactor
  /** Proves a factor that is to be one; after an announcement, the announced one. */
  enrol(challenge: Challenge): Authorization
  /** Proves a factor that is one. */
  prove(challenge: Challenge): Authorization
}

export class KeypairClient implements FactorClient {
  readonly kind = 'EC_KEYPAIR'
  readonly encryptedKey = { kind: 'ICLOUD', encryptedKey: 'sealed by iCloud' } as const
  readonly keypair: P256Keypair

  constructor(keypair = new P256Keypair()) {
    this.keypair = keypair
  }

  announce(): NewFactor {
    return { kind: this.kind, publicKey: this.keypair.publicKey }
  }

  enrol(challenge: Challenge): Authorization {
    return this.prove(challenge)
  }

  prove(challenge: Challenge): Authorization {
    return keypairAuthorization(this.keypair, challenge)
  }
}

export class PasskeyClient implements FactorClient {
  readonly kind = 'PASSKEY'
  readonly encryptedKey = { kind: 'PRF', encryptedKey: 'sealed by a passkey' } as const
  readonly authenticator: SoftwareAuthenticator

  constructor(options: SoftwareAuthenticatorOptions = {}) {
    this.authenticator = new SoftwareAuthenticator(options)
  }

  announce(): NewFactor {
    return { kind: this.kind, name: 'somebody', displayName: 'Some Body' }
  }

  enrol(challenge: Challenge): Authorization {
    return { kind: this.kind, credential: this.authenticator.create(ceremony(challenge)), label: 'phone' }
  }

  /** @param counter instead of the authenticator's next one */
  prove(challenge: Challenge, counter?: number): PasskeyAuthorization {
    const deviation = counter === undefined ? {} : { counter }
    return { kind: this.kind, credential: this.authenticator.get(ceremony(challenge), deviation), label: null }
  }

  /** What the stamper of Turnkey makes of an activity: the assertion's challenge is the text of its digest. */
  stamp(activity: string): PasskeyAuthorization {
    const digest = createHash('sha256').update(activity).digest('hex')
    return this.prove(challengeOf(Buffer.from(digest).toString('base64url')))
  }
}

export class AccountClient implements FactorClient {
  readonly kind = 'OIDC_ACCOUNT'
  readonly encryptedKey = {
    kind: 'TURNKEY',
    encryptedKey: 'sealed by Turnkey',
    turnkeyAccountId: 'organization',
    turnkeyUserId: 'user',
    turnkeyPrivateKeyId: 'private key',
  } as const
  readonly subject = randomUUID()
  readonly #provider: IdTokenProvider
  #announced: Login | undefined

  constructor(provider: IdTokenProvider) {
    this.#provider = provider
  }

  /** A new ID token, for a session key of its own. */
  logIn(session = new P256Keypair()): Login {
    return new Login(this.#provider.idToken(this.subject, 'somebody@example.org', session.publicKey), session)
  }

  announce(session = new P256Keypair()): NewFactor {
    this.#announced = this.logIn(session)
    return { kind: this.kind, idToken: this.#announced.idToken }
  }

  enrol(challenge: Challenge): Authorization {
    return (this.#announced ?? this.logIn()).prove(challenge)
  }

  prove(challenge: Challenge): Authorization {
    return this.logIn().prove(challenge)
  }
}

/** One ID token; its nonce works once. */
export class Login {
  readonly idToken: string
  readonly session: P256Keypair

  constructor(idToken: string, session: P256Keypair) {
    this.idToken = idToken
    this.session = session
  }

  prove(challenge: Challenge): OidcAuthorization {
    return {
      kind: 'OIDC_ACCOUNT',
      idToken: { provider: IdTokenProvider.KIND, token: this.idToken },
      publicKey: this.session.publicKey,
      signature: this.session.sign(challenge),
    }
  }
}

export function keypairAuthorization(keypair: P256Keypair, challenge: Challenge): EcKeypairAuthorization {
  return { kind: 'EC_KEYPAIR', publicKey: keypair.publicKey, signature: keypair.sign(challenge) }
}

function ceremony(challenge: Challenge): Ceremony {
  return { challenge, rpId: RELYING_PARTY.relyingPartyId, origin: RELYING_PARTY.origins[0] }
}
