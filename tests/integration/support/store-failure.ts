import { StoreUnavailable } from '../../../application/ports/store-unavailable.ts'

/** The call to a store that failed, where that is behind the error, however far. */
export function storeFailure(error: unknown): StoreUnavailable | undefined {
  if (error instanceof StoreUnavailable) return error
  return error instanceof Error ? storeFailure(error.cause) : undefined
}
