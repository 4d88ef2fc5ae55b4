import { StoreUnavailable } from '../../application/ports/store-unavailable.ts'

/**
 * Whatever a store says, or whatever is wrong with what it gave back, stops here.
 * @param operation as `S3 GetObject`
 * @throws {StoreUnavailable} with what `call` threw as its cause
 */
export async function translateErrors<Result>(operation: string, call: () => Promise<Result>): Promise<Result> {
  try {
    return await call()
  } catch (error) {
    throw new StoreUnavailable(operation, { cause: error })
  }
}
