import { DomainError } from '../../../domain/domain-error.ts'
import { HttpError } from '../errors/http-error.ts'

const MAX_MESSAGE_LENGTH = 300

/**
 * Refusals of the request validator in our own terms. Anything that is no refusal of a
 * request stays as it is, and becomes a 500.
 */
export function translateValidatorError(error: unknown): unknown {
  if (error instanceof DomainError || error instanceof HttpError || !isRefusal(error)) return error
  return error.status === 415
    ? new HttpError('unsupported_media_type', 'this content type is not taken here')
    : new HttpError('invalid_payload', error.message.slice(0, MAX_MESSAGE_LENGTH), { cause: error })
}

function isRefusal(error: unknown): error is Error & { readonly status: number } {
  return (
    error instanceof Error &&
    'status' in error &&
    typeof error.status === 'number' &&
    error.status >= 400 &&
    error.status < 500
  )
}
