import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { EndedRequest, Metrics, StoreCall, TurnedAway } from '../shared/metrics.ts'

/** Seconds. From a challenge, which needs no store, to the largest upload over a slow line. */
const REQUEST_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
const STORE_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3, 10]

/** Counts for Prometheus; memory, CPU and event-loop lag of the process come with the library. */
export class PrometheusMetrics implements Metrics {
  readonly #registry = new Registry()
  readonly #registers = [this.#registry]
  readonly #requests = new Counter({
    name: 'backup_http_requests_total',
    help: 'Requests that are over, by operation, status, and error code',
    labelNames: ['operation', 'status', 'code'],
    registers: this.#registers,
  })
  readonly #requestSeconds = new Histogram({
    name: 'backup_http_request_duration_seconds',
    help: 'From the header of a request to the end of its answer',
    labelNames: ['operation'],
    buckets: REQUEST_BUCKETS,
    registers: this.#registers,
  })
  readonly #storeSeconds = new Histogram({
    name: 'backup_store_call_duration_seconds',
    help: 'Calls to index and blob store, without the time they waited for their turn',
    labelNames: ['operation', 'outcome'],
    buckets: STORE_BUCKETS,
    registers: this.#registers,
  })
  readonly #turnedAway = new Counter({
    name: 'backup_turned_away_total',
    help: 'Requests refused, or calls to a store not made, to protect the service',
    labelNames: ['reason'],
    registers: this.#registers,
  })
  readonly #blobsDamaged = new Counter({
    name: 'backup_blob_damaged_total',
    help: 'Downloads broken off because the sealed bytes are not those that were stored',
    registers: this.#registers,
  })
  readonly #blobsSwept = new Counter({
    name: 'backup_blobs_swept_total',
    help: 'Sealed bytes removed because no backup points to them',
    registers: this.#registers,
  })

  constructor() {
    collectDefaultMetrics({ register: this.#registry })
  }

  requestEnded({ operation, status, code, seconds }: EndedRequest): void {
    this.#requests.inc({ operation, status: status ?? 'none', code })
    this.#requestSeconds.observe({ operation }, seconds)
  }

  storeCalled({ operation, outcome, seconds }: StoreCall): void {
    this.#storeSeconds.observe({ operation, outcome }, seconds)
  }

  turnedAway(reason: TurnedAway): void {
    this.#turnedAway.inc({ reason })
  }

  blobDamaged(): void {
    this.#blobsDamaged.inc()
  }

  blobsSwept(removed: number): void {
    this.#blobsSwept.inc(removed)
  }

  watchBodyBytes(kind: 'upload' | 'json', read: () => number): void {
    new Gauge({
      name: `backup_${kind}_bytes_in_flight`,
      help: `Bytes of ${kind} bodies that are admitted now`,
      registers: this.#registers,
      collect() {
        this.set(read())
      },
    })
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  /** The text format of Prometheus. */
  text(): Promise<string> {
    return this.#registry.metrics()
  }
}
