import type { EcKeypairCredential } from '../domain/credential.ts'
import { DomainError } from '../domain/domain-error.ts'
import type { EcPublicKey } from '../domain/ec-public-key.ts'
import type { EcdsaSignature } from '../domain/ecdsa-signature.ts'
import type { EcKeypairAuthorization, OidcAuthorization } from './authorization.ts'
import type { Challenge } from './challenge.ts'
import type { OpenedChallenge } from './challenges.ts'
import type { Consumptions } from './ports/backup-index.ts'
import { unixSeconds, type Clock } from './ports/clock.ts'
import type { IdTokenVerifier, VerifiedIdToken } from './ports/id-token-verifier.ts'
import type { SignatureVerifier } from './ports/signature-verifier.ts'

/** Seconds for which the nonce of an ID token is remembered: a year. */
export const NONCE_LIFETIME = 365 * 24 * 60 * 60

/** Something whose holder answered the challenge, and what that answer uses up. */
export interface Proved<Identity> {
  readonly identity: Identity
  readonly consume: Consumptions
}

/** An account as its provider vouches for it. */
export type ProvedAccount = { readonly kind: 'OIDC_ACCOUNT' } & Pick<VerifiedIdToken, 'provider' | 'subject' | 'email'>

/** Checks the answers that are signatures over the raw challenge: EC keypairs, and OIDC accounts by their session key. */
export class SignatureProofs {
  readonly #signatures: SignatureVerifier
  readonly #idTokens: IdTokenVerifier
  readonly #clock: Clock

  constructor(signatures: SignatureVerifier, idTokens: IdTokenVerifier, clock: Clock) {
    this.#signatures = signatures
    this.#idTokens = idTokens
    this.#clock = clock
  }

  /** @throws {DomainError} `signature_verification_error` */
  async ecKeypair(
    { kind, publicKey, signature }: EcKeypairAuthorization,
    { challenge, consumption }: OpenedChallenge,
  ): Promise<Proved<EcKeypairCredential>> {
    await this.#requireSignature(publicKey, challenge, signature)
    return { identity: { kind, publicKey }, consume: [consumption] }
  }

  /** @throws {DomainError} `signature_verification_error`, and those of {@link IdTokenVerifier.verify} */
  async oidcAccount(
    { kind, idToken, publicKey, signature }: OidcAuthorization,
    { challenge, consumption }: OpenedChallenge,
  ): Promise<Proved<ProvedAccount>> {
    // The cheap check first: nobody makes us ask a provider for its keys without holding the session key.
    await this.#requireSignature(publicKey, challenge, signature)
    const { nonce, ...account } = await this.#idTokens.verify(idToken, publicKey)
    const nonceUse = { key: `oidc-nonce#${nonce}`, expiresAt: unixSeconds(this.#clock) + NONCE_LIFETIME }
    return { identity: { kind, ...account }, consume: [consumption, nonceUse] }
  }

  async #requireSignature(publicKey: EcPublicKey, challenge: Challenge, signature: EcdsaSignature): Promise<void> {
    if (!(await this.#signatures.verifyP256(publicKey, challenge, signature))) {
      throw new DomainError('signature_verification_error', 'the signature over the challenge does not verify')
    }
  }
}
