import type { JsonObject } from './json.ts'

/** Every refusal the domain and the use cases can give. Stable and machine-readable: clients match on them. */
export type DomainErrorCode =
  | 'already_used'
  | 'backup_account_id_already_exists'
  | 'backup_does_not_exist'
  | 'backup_id_mismatch'
  | 'backup_missing'
  | 'backup_untraceable'
  | 'conflict'
  | 'content_too_large'
  | 'empty_backup_file'
  | 'encryption_key_not_allowed'
  | 'encryption_key_not_found'
  | 'factor_already_exists'
  | 'factor_not_found'
  | 'factor_orphaned_from_encryption_key'
  | 'invalid_attestation_token'
  | 'invalid_attestation_token_claim'
  | 'invalid_attestation_token_header'
  | 'invalid_authorization_type'
  | 'invalid_backup_account_id'
  | 'invalid_challenge'
  | 'invalid_challenge_context'
  | 'invalid_new_factor_type'
  | 'invalid_payload'
  | 'invalid_signature'
  | 'invalid_sync_factor_type'
  | 'invalid_turnkey_activity'
  | 'jwt_error'
  | 'manifest_hash_mismatch'
  | 'missing_email'
  | 'missing_turnkey_activity'
  | 'missing_turnkey_provider_id'
  | 'not_found'
  | 'nothing_to_undelete'
  | 'oidc_token_invalid_aud'
  | 'oidc_token_invalid_nonce'
  | 'oidc_token_mismatch'
  | 'oidc_token_parse_error'
  | 'oidc_token_verification_error'
  | 'only_one_encryption_key_per_type_allowed'
  | 'signature_verification_error'
  | 'token_expired'
  | 'token_not_found'
  | 'too_many_factors'
  | 'too_many_requests'
  | 'turnkey_activity_error'
  | 'unauthorized_factor'
  | 'unavailable'
  | 'unexpected_challenge_type'
  | 'webauthn_error'
  | 'webauthn_invalid_payload'
  | 'webauthn_prf_results_not_allowed'

/**
 * A refusal. The message is shown to the client as it is, so it never holds a secret, a token, or anything of another
 * person's backup; what the operator needs beyond it goes into `cause`, which is never sent. The message of the cause is
 * logged, so it holds nothing either of what clients keep to themselves or of what a token or credential says.
 */
export class DomainError extends Error {
  readonly code: DomainErrorCode
  /** What a client can go on with; as public as the message. */
  readonly details: JsonObject | undefined
  /** Whether repeating the same request can help where the code allows it. */
  readonly repeatable: boolean
  /** Seconds before which the same request cannot succeed, where that is known. */
  readonly retryAfter: number | undefined

  constructor(code: DomainErrorCode, message: string, options: DomainErrorOptions = {}) {
    const { details, repeatable = true, retryAfter, ...errorOptions } = options
    super(message, errorOptions)
    this.name = 'DomainError'
    this.code = code
    this.details = details
    this.repeatable = repeatable
    this.retryAfter = retryAfter
  }
}

export interface DomainErrorOptions extends ErrorOptions {
  readonly details?: JsonObject | undefined
  /** `false` where the request used something up although it failed; `true` where absent. */
  readonly repeatable?: boolean
  /** Whole seconds, at least 1. */
  readonly retryAfter?: number | undefined
}
