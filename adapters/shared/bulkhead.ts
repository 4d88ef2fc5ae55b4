import { bulkhead, isBulkheadRejectedError, type BulkheadPolicy } from 'cockatiel'
import { StoreUnavailable } from '../../application/ports/store-unavailable.ts'
import type { Metrics, StoreCall } from './metrics.ts'

export interface BulkheadSize {
  /** Calls under way at once. */
  readonly concurrent: number
  /** Calls that wait for their turn; the next one is refused. */
  readonly queued: number
}

/** So many calls are under way or waiting that this one was not made. */
export class StoreBusy extends StoreUnavailable {
  constructor(operation: string, options?: ErrorOptions) {
    super(operation, options)
    this.name = 'StoreBusy'
  }
}

/** Keeps the calls of one kind from piling up behind a slow store, and measures them. */
export class Bulkhead {
  readonly #policy: BulkheadPolicy
  readonly #metrics: Metrics

  constructor({ concurrent, queued }: BulkheadSize, metrics: Metrics) {
    this.#policy = bulkhead(concurrent, queued)
    this.#metrics = metrics
  }

  /** @throws {StoreBusy} the call was not made. @throws whatever `call` throws */
  async run<Result>(operation: string, call: () => Promise<Result>): Promise<Result> {
    try {
      return await this.#policy.execute(() => this.#measured(operation, call))
    } catch (error) {
      if (!isBulkheadRejectedError(error)) throw error
      this.#metrics.turnedAway('store_queue')
      throw new StoreBusy(operation, { cause: error })
    }
  }

  async #measured<Result>(operation: string, call: () => Promise<Result>): Promise<Result> {
    const startedAt = performance.now()
    let outcome: StoreCall['outcome'] = 'ok'
    try {
      return await call()
    } catch (error) {
      outcome = error instanceof StoreUnavailable ? 'failed' : 'abandoned'
      throw error
    } finally {
      this.#metrics.storeCalled({ operation, outcome, seconds: (performance.now() - startedAt) / 1000 })
    }
  }
}
