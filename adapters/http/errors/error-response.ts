import { DomainError, type DomainErrorOptions } from '../../../domain/domain-error.ts'
import { HttpError, type ErrorCode } from './http-error.ts'

/** The status of every code: the one place where errors become HTTP. */
export const STATUS_OF = {
  already_used: 400,
  backup_account_id_already_exists: 409,
  backup_does_not_exist: 400,
  backup_id_mismatch: 400,
  backup_missing: 400,
  backup_untraceable: 400,
  conflict: 409,
  content_too_large: 413,
  empty_backup_file: 400,
  encryption_key_not_allowed: 400,
  encryption_key_not_found: 400,
  factor_already_exists: 400,
  factor_not_found: 400,
  factor_orphaned_from_encryption_key: 400,
  internal_server_error: 500,
  invalid_attestation_token: 400,
  invalid_attestation_token_claim: 400,
  invalid_attestation_token_header: 400,
  invalid_authorization_type: 400,
  invalid_backup_account_id: 400,
  invalid_challenge: 400,
  invalid_challenge_context: 400,
  invalid_new_factor_type: 400,
  invalid_payload: 400,
  invalid_signature: 400,
  invalid_sync_factor_type: 400,
  invalid_turnkey_activity: 400,
  jwt_error: 400,
  manifest_hash_mismatch: 412,
  method_not_allowed: 405,
  missing_backup_field: 400,
  missing_email: 400,
  missing_payload_field: 400,
  missing_turnkey_activity: 400,
  missing_turnkey_provider_id: 400,
  multipart_error: 400,
  not_found: 404,
  nothing_to_undelete: 400,
  oidc_token_invalid_aud: 400,
  oidc_token_invalid_nonce: 400,
  oidc_token_mismatch: 400,
  oidc_token_parse_error: 400,
  oidc_token_verification_error: 400,
  only_one_encryption_key_per_type_allowed: 400,
  request_timeout: 408,
  signature_verification_error: 400,
  token_expired: 400,
  token_not_found: 400,
  too_many_factors: 409,
  too_many_requests: 429,
  turnkey_activity_error: 400,
  unauthorized_factor: 400,
  unavailable: 503,
  unexpected_challenge_type: 400,
  unsupported_media_type: 415,
  webauthn_error: 400,
  webauthn_invalid_payload: 400,
  webauthn_prf_results_not_allowed: 400,
} as const satisfies Record<ErrorCode, number>

/** Where the very same request can succeed a little later, unless the error says otherwise. */
const RETRYABLE: ReadonlySet<ErrorCode> = new Set(['conflict', 'too_many_requests', 'unavailable'])

/** Seconds that a client waits before it asks an overloaded or unreachable service again, where no better is known. */
const RETRY_AFTER: Partial<Record<ErrorCode, number>> = { too_many_requests: 1, unavailable: 1 }

export interface ErrorResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** JSON. */
  readonly body: string
}

/** What a client is told of an error; of one that is no refusal, only that it happened. */
export function errorResponse(error: unknown): ErrorResponse {
  const { code, message } = refusalOf(error)
  const {
    details,
    repeatable = true,
    retryAfter = RETRY_AFTER[code],
  }: DomainErrorOptions = error instanceof DomainError ? error : {}
  return {
    status: STATUS_OF[code],
    headers: {
      ...(error instanceof HttpError && error.headers),
      ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
    },
    body: JSON.stringify({ allowRetry: RETRYABLE.has(code) && repeatable, error: { code, message, details } }),
  }
}

export function refusalOf(error: unknown): { readonly code: ErrorCode; readonly message: string } {
  if (error instanceof DomainError || error instanceof HttpError) return error
  return { code: 'internal_server_error', message: 'something went wrong here; it was logged' }
}
