import type { DomainErrorCode } from '../../../domain/domain-error.ts'

/** What only the transport can refuse. */
export type TransportErrorCode =
  | 'internal_server_error'
  | 'method_not_allowed'
  | 'missing_backup_field'
  | 'missing_payload_field'
  | 'multipart_error'
  | 'request_timeout'
  | 'unsupported_media_type'

/** Every code that a client can meet. */
export type ErrorCode = DomainErrorCode | TransportErrorCode

export interface HttpErrorOptions extends ErrorOptions {
  /** That the response is to have besides. */
  readonly headers?: Readonly<Record<string, string>>
}

/** A refusal of a request before it became a command. As with DomainError, the message is shown to the client. */
export class HttpError extends Error {
  readonly code: ErrorCode
  readonly headers: Readonly<Record<string, string>>

  constructor(code: ErrorCode, message: string, { headers = {}, ...options }: HttpErrorOptions = {}) {
    super(message, options)
    this.name = 'HttpError'
    this.code = code
    this.headers = headers
  }
}
