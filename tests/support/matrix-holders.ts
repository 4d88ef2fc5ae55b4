import { createHash, randomUUID } from 'node:crypto'
import { P256Keypair } from './keypair.ts'
import { SoftwareAuthenticator } from './software-authenticator.ts'

export type FactorKind = 'PASSKEY' | 'OIDC_ACCOUNT' | 'EC_KEYPAIR'

/** Where passkeys are used. */
export const RELYING_PARTY = { rpId: 'example.org', origin: 'https://example.org' } as const

/** How the answer to a challenge is wrong, if it is. */
export type ProofFault = 'broken' | 'other ceremony' | 'used nonce'

/** Somebody who holds what can be a factor, and says so in JSON. */
export interface Holder {
  readonly kind: FactorKind
  /** How it answers challenges. */
  readonly answers: 'passkey' | 'keypair'
  /** The backup's key, sealed for this kind of factor. */
  readonly encryptedKey: { readonly kind: string }
  /** For `/add-factor/challenge`. */
  announcement(): object
  /**
   * The authorization of a factor that is to be one.
   * @param challenge base64url
   */
  register(challenge: string, fault?: ProofFault): object
  /** The authorization of a factor that is one, as it is hoped. */
  prove(challenge: string, fault?: ProofFault): object
  /** Has anew what worked once: to be called after a success, and only then. */
  renew(): void
}

/** The 32 bytes that no challenge is. */
const OTHER_CHALLENGE = Buffer.alloc(32).toString('base64url')

export class KeypairHolder implements Holder {
  readonly kind = 'EC_KEYPAIR'
  readonly answers = 'keypair'
  readonly encryptedKey = { kind: 'ICLOUD', encryptedKey: 'sealed by iCloud' }
  readonly keypair = new P256Keypair()

  announcement(): object {
    return { kind: this.kind, publicKey: this.keypair.publicKey }
  }

  register(challenge: string, fault?: ProofFault): object {
    return this.prove(challenge, fault)
  }

  prove(challenge: string, fault?: ProofFault): object {
    return { kind: this.kind, publicKey: this.keypair.publicKey, signature: signature(this.keypair, challenge, fault) }
  }

  renew(): void {
    // A keypair signs as often as it likes.
  }
}

export class PasskeyHolder implements Holder {
  readonly kind = 'PASSKEY'
  readonly answers = 'passkey'
  readonly encryptedKey = { kind: 'PRF', encryptedKey: 'sealed by a passkey' }
  readonly authenticator = new SoftwareAuthenticator()

  announcement(): object {
    return { kind: this.kind, name: 'somebody', displayName: 'Some Body', platform: 'ANDROID' }
  }

  register(challenge: string, fault?: ProofFault): object {
    return this.#authorization(challenge, fault, fault === 'other ceremony' ? 'get' : 'create')
  }

  prove(challenge: string, fault?: ProofFault): object {
    return this.#authorization(challenge, fault, fault === 'other ceremony' ? 'create' : 'get')
  }

  /** What the stamper of Turnkey makes of an activity: the assertion's challenge is the text of its digest. */
  stamp(activity: string): object {
    const digest = createHash('sha256').update(activity).digest('hex')
    return this.prove(Buffer.from(digest).toString('base64url'))
  }

  renew(): void {
    // A synced passkey does not even count.
  }

  #authorization(challenge: string, fault: ProofFault | undefined, ceremony: 'create' | 'get'): object {
    const answered = fault === 'broken' ? OTHER_CHALLENGE : challenge
    const options = { challenge: answered, ...RELYING_PARTY }
    return { kind: this.kind, credential: this.authenticator[ceremony](options), label: 'phone' }
  }
}

/** An ID token for whoever logs in, bound to the session key. */
export type IdTokenSource = (sessionKey: string, subject: string) => string

export interface AccountHolderOptions {
  readonly provider: IdTokenSource
  /** A session key that logged in before, and with it its nonce. */
  readonly usedSession: P256Keypair
  /** Of the first login. */
  readonly session?: P256Keypair
}

export class AccountHolder implements Holder {
  static readonly ENCRYPTED_KEY = {
    kind: 'TURNKEY',
    encryptedKey: 'sealed by Turnkey',
    turnkeyAccountId: 'organization',
    turnkeyUserId: 'user',
    turnkeyPrivateKeyId: 'private key',
  }

  readonly kind = 'OIDC_ACCOUNT'
  readonly answers = 'keypair'
  readonly encryptedKey = AccountHolder.ENCRYPTED_KEY
  readonly #subject = randomUUID()
  readonly #provider: IdTokenSource
  readonly #usedSession: P256Keypair
  #session: P256Keypair
  #idToken: string

  constructor({ provider, usedSession, session = new P256Keypair() }: AccountHolderOptions) {
    this.#provider = provider
    this.#usedSession = usedSession
    this.#session = session
    this.#idToken = provider(session.publicKey, this.#subject)
  }

  /** The one that it will be proved with until it is renewed. */
  get idToken(): string {
    return this.#idToken
  }

  announcement(): object {
    return { kind: this.kind, oidcToken: this.#idToken }
  }

  register(challenge: string, fault?: ProofFault): object {
    return this.prove(challenge, fault)
  }

  prove(challenge: string, fault?: ProofFault): object {
    const [session, token] =
      fault === 'used nonce'
        ? [this.#usedSession, this.#provider(this.#usedSession.publicKey, this.#subject)]
        : [this.#session, this.#idToken]
    return {
      kind: this.kind,
      oidcToken: { kind: 'GOOGLE', token },
      publicKey: session.publicKey,
      signature: signature(session, challenge, fault),
    }
  }

  renew(): void {
    this.#session = new P256Keypair()
    this.#idToken = this.#provider(this.#session.publicKey, this.#subject)
  }
}

function signature(keypair: P256Keypair, challenge: string, fault: ProofFault | undefined): string {
  return keypair.sign(fault === 'broken' ? OTHER_CHALLENGE : challenge)
}
