import { DomainError, type DomainErrorOptions } from '../../domain/domain-error.ts'

/** An issuer's keys cannot be had, so nothing is known of its tokens. The client learns only when it may try again. */
export class IssuerUnavailable extends DomainError {
  /** The call that failed, as `GET https://…`: for the log. */
  readonly operation: string

  constructor(operation: string, options: Pick<DomainErrorOptions, 'cause' | 'retryAfter'>) {
    super('unavailable', 'the service is temporarily unavailable', options)
    this.name = 'IssuerUnavailable'
    this.operation = operation
  }
}
