import type { EcPublicKey } from '../../domain/ec-public-key.ts'

/** An ID token (OpenID Connect Core 1.0 §2) as a client presents it. */
export interface PresentedIdToken {
  /** `GOOGLE`, `APPLE` or another configured provider. */
  readonly provider: string
  readonly token: string
  /** Which of the configured audiences the token must be for. It counts where the provider's rule lets requests pick one. */
  readonly audience?: string | undefined
}

export interface VerifiedIdToken {
  readonly provider: string
  /** `sub` */
  readonly subject: string
  readonly email: string
  /** Lower-case hex; works once. */
  readonly nonce: string
}

/** ID tokens of the configured OpenID Providers. */
export interface IdTokenVerifier {
  /**
   * Every check of §3.1.3.7 that applies, and that the nonce is bound to the session key.
   * @param sessionKey what the token's `nonce` must be the hash of
   * @throws {DomainError} `oidc_token_parse_error`, `oidc_token_verification_error`, `oidc_token_invalid_aud`,
   *   `oidc_token_invalid_nonce`, `missing_email`
   * @throws {DomainError} `unavailable` when the provider's keys cannot be had
   */
  verify(presented: PresentedIdToken, sessionKey: EcPublicKey): Promise<VerifiedIdToken>
}
