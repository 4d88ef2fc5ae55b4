import { DomainError } from '../../domain/domain-error.ts'

/**
 * A store did not answer, or not in time: nothing is known about the effect of the call unless its port says so.
 * Which store and why is in `operation` and `cause`, for the log; the client learns only that it may try again.
 */
export class StoreUnavailable extends DomainError {
  /** The call that failed, as `DynamoDB TransactWriteItems`. */
  readonly operation: string

  constructor(operation: string, options?: ErrorOptions) {
    super('unavailable', 'the service is temporarily unavailable', options)
    this.name = 'StoreUnavailable'
    this.operation = operation
  }
}
