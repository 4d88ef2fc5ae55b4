import { DomainError } from '../../domain/domain-error.ts'
import { HttpError } from './http-error.ts'

const MAX_MESSAGE_LENGTH = 300

/**
 * Refusals of express, its body parser and the request validator in our own terms. Anything that is no refusal of a
 * request stays as it is, and becomes a 500.
 */
export function transportError(error: unknown): unknown {
  if (error instanceof DomainError || error instanceof HttpError || !isRefusal(error)) return error
  switch (error.status) {
    case 404:
      return new HttpError('not_found', 'there is nothing at this path', { cause: error })
    case 405:
      return new HttpError('method_not_allowed', 'this path does not answer this method', { cause: error })
    case 413:
      return new HttpError('content_too_large', 'the payload has at most 1 MiB', { cause: error })
    case 415:
      return new HttpError('unsupported_media_type', 'this content type or encoding is not taken here', {
        cause: error,
      })
    default:
      return new HttpError('invalid_payload', error.message.slice(0, MAX_MESSAGE_LENGTH), { cause: error })
  }
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
