import { DomainError } from '../../domain/domain-error.ts'

/**
 * A store did not answer, or not in time: nothing is known about the effect of the call unless its port says so.
 * Which store and why is in `operation` and `cause`, for the log; the client learns only that it may try again.
 */
export class StoreUnavailable extends DomainError {
  /** The call that failed, as `DynamoDB TransactWriteItems`. */
  readonly operation: string
  /** Seconds before which the call will not be made again, where that is known. */
  readonly retryAfter: number | undefined

  constructor(operation: string, { retryAfter, ...options }: StoreUnavailableOptions = {}) {
    super('unavailable', 'the service is temporarily unavailable', options)
    this.name = 'StoreUnavailable'
    this.operation = operation
    this.retryAfter = retryAfter
  }
}

export interface StoreUnavailableOptions extends ErrorOptions {
  readonly retryAfter?: number
}
