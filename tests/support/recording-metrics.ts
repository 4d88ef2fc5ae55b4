import type { EndedRequest, Metrics, StoreCall, TurnedAway } from '../../adapters/shared/metrics.ts'

/** Keeps what it is told. */
export class RecordingMetrics implements Metrics {
  readonly requests: EndedRequest[] = []
  readonly storeCalls: StoreCall[] = []
  readonly reasons: TurnedAway[] = []
  readonly bodyBytes = new Map<'upload' | 'json', () => number>()
  damagedBlobs = 0
  sweptBlobs = 0

  requestEnded(request: EndedRequest): void {
    this.requests.push(request)
  }

  storeCalled(call: StoreCall): void {
    this.storeCalls.push(call)
  }

  turnedAway(reason: TurnedAway): void {
    this.reasons.push(reason)
  }

  blobDamaged(): void {
    this.damagedBlobs += 1
  }

  blobsSwept(removed: number): void {
    this.sweptBlobs += removed
  }

  watchBodyBytes(kind: 'upload' | 'json', read: () => number): void {
    this.bodyBytes.set(kind, read)
  }
}
