import type { JsonValue } from '../../domain/json.ts'

/** What of a request its attestation vouches for. */
export interface AttestedRequest {
  /** In upper case. */
  readonly method: string
  /** Path alone, with the base path: `/v1/verify-factor`. */
  readonly path: string
  /** Parsed; `null` where there is none. */
  readonly body: JsonValue
}

/** Whether a request comes from a genuine app, as an attestation gateway in front of the service says. */
export interface RequestAttestor {
  /**
   * Resolves when the gateway attested this very request.
   * @param token the header `attestation-token` as it came
   * @throws {DomainError} `invalid_attestation_token_header` missing, or no token at all
   * @throws {DomainError} `invalid_attestation_token` unreadable, late, or not signed by the gateway
   * @throws {DomainError} `invalid_attestation_token_claim` signed, but not for this request or this service
   * @throws {DomainError} `unavailable` when the gateway's keys cannot be had
   */
  attest(token: string | undefined, request: AttestedRequest): Promise<void>
}
