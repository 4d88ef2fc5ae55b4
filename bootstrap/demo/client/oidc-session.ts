import { createHash } from 'node:crypto'
import { P256Keypair } from './p256-keypair.ts'
import type { OidcAuthorization } from './wire.ts'

/** Lets the user sign in with that nonce. @returns the ID token */
export type SignIn = (nonce: string) => string

/**
 * One sign-in with an OpenID Provider. Its ID token is bound to a fresh key by the nonce, so that nobody who sees the
 * token can use it. A nonce works once: sign in anew for each use.
 */
export class OidcSession {
  readonly idToken: string
  readonly #provider: string
  readonly #sessionKey = new P256Keypair()

  /** @param provider as the service is configured: `GOOGLE`, `APPLE`, … */
  constructor(provider: string, signIn: SignIn) {
    this.#provider = provider
    this.idToken = signIn(sessionNonce(this.#sessionKey))
  }

  authorize(challenge: string): OidcAuthorization {
    return {
      kind: 'OIDC_ACCOUNT',
      oidcToken: { kind: this.#provider, token: this.idToken },
      publicKey: this.#sessionKey.publicKey,
      signature: this.#sessionKey.sign(challenge),
    }
  }
}

/** The lower-case hex SHA-256 of a text: the lower-case hex of the compressed key. */
function sessionNonce({ compressedPublicKey }: P256Keypair): string {
  return createHash('sha256').update(compressedPublicKey).digest('hex')
}
