import type { PasskeyCredential } from '../../domain/credential.ts'
import type { JsonObject } from '../../domain/json.ts'
import type { Challenge } from '../challenge.ts'

/** What the client passes to `navigator.credentials` or its platform's equal. */
export interface PasskeyOptions {
  /** PublicKeyCredentialCreationOptionsJSON or PublicKeyCredentialRequestOptionsJSON (WebAuthn Level 3 §5.1.8). */
  readonly publicKey: JsonObject
  /** Credential Management Level 1 §2.3.2. */
  readonly mediation?: 'conditional'
}

/** The bytes an assertion must have signed: a challenge, or those of the lower-case hex SHA-256 of a text. */
export type ExpectedChallenge =
  | { readonly kind: 'challenge'; readonly challenge: Challenge }
  | { readonly kind: 'text-digest'; readonly text: string }

/** WebAuthn Level 3 ceremonies for the configured relying party; user verification is always required. */
export interface PasskeyVerifier {
  creationOptions(user: PasskeyUser, challenge: Challenge): Promise<PasskeyOptions>

  /** For discoverable credentials: no credential is named. */
  requestOptions(challenge: Challenge): Promise<PasskeyOptions>

  /**
   * The id that an assertion claims, to find its key by; nothing is proved yet.
   * @throws {DomainError} `webauthn_invalid_payload`, `webauthn_prf_results_not_allowed`
   */
  claimedCredentialId(assertion: JsonObject): string

  /**
   * Registration ceremony, §7.1.
   * @throws {DomainError} `webauthn_invalid_payload`, `webauthn_prf_results_not_allowed`, `webauthn_error`
   */
  verifyRegistration(registration: JsonObject, challenge: Challenge): Promise<VerifiedRegistration>

  /**
   * Authentication ceremony, §7.2, except for the counter's progress, which the backup decides.
   * @returns the authenticator's signature counter
   * @throws {DomainError} `webauthn_invalid_payload`, `webauthn_prf_results_not_allowed`, `webauthn_error`
   */
  verifyAssertion(assertion: JsonObject, expected: ExpectedChallenge, stored: PasskeyCredential): Promise<number>
}

export interface PasskeyUser {
  readonly name: string
  /** May be empty. */
  readonly displayName: string
}

export type VerifiedRegistration = Pick<PasskeyCredential, 'credentialId' | 'publicKey' | 'signatureCounter'>
