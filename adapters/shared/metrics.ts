/** Why a request was turned away although nothing is wrong with it. */
export type TurnedAway =
  'upload_budget' | 'json_budget' | 'load' | 'address_rate_limit' | 'backup_rate_limit' | 'store_queue'

export interface EndedRequest {
  /** A path of openapi.yaml, or `other`. */
  readonly operation: string
  /** Absent where no answer was begun. */
  readonly status: number | undefined
  /** An error code of openapi.yaml, `ok`, or `broken_off`. */
  readonly code: string
  readonly seconds: number
}

export interface StoreCall {
  /** As `index.load`. */
  readonly operation: string
  /** `abandoned` is a call that its caller broke off, as an upload that ended half-way. */
  readonly outcome: 'ok' | 'failed' | 'abandoned'
  readonly seconds: number
}

/**
 * What is counted for whoever watches the service as a whole. Everything told here is one of a few values known in
 * advance: never an id, an address, or anything that a client makes up.
 */
export interface Metrics {
  requestEnded(request: EndedRequest): void
  storeCalled(call: StoreCall): void
  turnedAway(reason: TurnedAway): void
  /** Sealed bytes that are not those that were stored. */
  blobDamaged(): void
  blobsSwept(removed: number): void
  /** @param read asked whenever somebody looks: bytes of request bodies that are admitted at that moment */
  watchBodyBytes(kind: 'upload' | 'json', read: () => number): void
}

/** Where nobody watches. */
export const NO_METRICS: Metrics = {
  requestEnded: ignore,
  storeCalled: ignore,
  turnedAway: ignore,
  blobDamaged: ignore,
  blobsSwept: ignore,
  watchBodyBytes: ignore,
}

function ignore(): void {
  // Nothing to be done.
}
