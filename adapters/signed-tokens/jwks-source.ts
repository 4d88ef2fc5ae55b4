import type { webcrypto } from 'node:crypto'
import type { Clock } from '../../application/ports/clock.ts'
import type { EventLog } from '../../application/ports/event-log.ts'
import { fetchJson } from './fetch-json.ts'
import { IssuerUnavailable } from './issuer-unavailable.ts'
import { importVerificationKeys, keyName, type VerificationKeys } from './verification-keys.ts'

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS

/** From this age on a use starts a refresh in the background. */
const REFRESH_AFTER_MS = MINUTE_MS
/** From this age on keys are served only if the issuer can't be reached. */
const MAX_AGE_MS = HOUR_MS
/** From this age on keys are not served at all, which bounds how long a withdrawn key is believed in an outage. */
const MAX_STALE_AGE_MS = 24 * HOUR_MS
const UNKNOWN_KEY_COOLDOWN_MS = 30 * SECOND_MS
/** How long the issuer is left alone: after its first failure, and at most, after many in a row. */
const BACK_OFF_MS = { first: 30 * SECOND_MS, most: 2 * MINUTE_MS }
/** The same while there are no keys to serve: until the next attempt, everyone who has an account there is refused. */
const BACK_OFF_WITHOUT_KEYS_MS = { first: SECOND_MS, most: 30 * SECOND_MS }

const TIMEOUT_MS = 5 * SECOND_MS
const MAX_BYTES = 256 * 1024

export interface JwksSourceOptions {
  readonly url: URL
  readonly clock: Clock
  /** Learns of every attempt that failed. */
  readonly events: EventLog
  /** For one attempt; 5 s where absent. */
  readonly timeoutMs?: number
  /** The global one where absent. */
  readonly fetch?: typeof globalThis.fetch
}

/**
 * The signature keys that an issuer publishes as a JWK Set (RFC 7517 §5), kept so that neither its latency nor its
 * outages reach those who verify tokens. At most one request is under way, however many wait for it.
 */
export class JwksSource {
  readonly #options: JwksSourceOptions
  readonly #operation: string
  #keys: VerificationKeys | undefined
  #fetchedAt = 0
  #fetching: Promise<VerificationKeys> | undefined
  #unknownKeyFetchAt = -Infinity
  /** In a row. */
  #failures = 0
  #retryAt = -Infinity
  #lastFailure: unknown

  constructor(options: JwksSourceOptions) {
    this.#options = options
    // Without the query, where some services want a secret.
    this.#operation = `GET ${options.url.origin}${options.url.pathname}`
  }

  /**
   * @param algorithm and `kid` as the token's header gives them
   * @returns `undefined` when the issuer has no such key
   * @throws {IssuerUnavailable} when no keys are known and none can be had
   */
  async find(algorithm: string, kid: string): Promise<webcrypto.CryptoKey | undefined> {
    const cached = this.#keys
    const keys = await this.#currentKeys()
    const key = keys.get(keyName(algorithm, kid))
    // Keys that were fetched for this very call are not worth asking for again.
    if (key !== undefined || keys !== cached) return key
    const refreshed = await this.#keysAfterRotation()
    return refreshed?.get(keyName(algorithm, kid))
  }

  async #currentKeys(): Promise<VerificationKeys> {
    const keys = this.#servableKeys()
    if (keys === undefined) return this.#refresh()
    const age = this.#age()
    if (age < REFRESH_AFTER_MS) return keys
    const refreshedOrStale = this.#refresh().catch(() => keys)
    // Who waits for an issuer that failed before would most likely wait in vain.
    return age >= MAX_AGE_MS && this.#failures === 0 ? refreshedOrStale : keys
  }

  #servableKeys(): VerificationKeys | undefined {
    return this.#age() < MAX_STALE_AGE_MS ? this.#keys : undefined
  }

  #age(): number {
    return this.#options.clock.now() - this.#fetchedAt
  }

  /** Anyone can invent a `kid`: the cool-down keeps that from becoming traffic for the issuer. */
  async #keysAfterRotation(): Promise<VerificationKeys | undefined> {
    if (this.#fetching === undefined) {
      const now = this.#options.clock.now()
      if (now - this.#unknownKeyFetchAt < UNKNOWN_KEY_COOLDOWN_MS) return undefined
      this.#unknownKeyFetchAt = now
    }
    return this.#refresh().catch(() => undefined)
  }

  /** @throws {IssuerUnavailable} at once while backing off */
  async #refresh(): Promise<VerificationKeys> {
    if (this.#options.clock.now() < this.#retryAt) throw this.#unavailable()
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = undefined
    })
    return this.#fetching
  }

  async #fetch(): Promise<VerificationKeys> {
    const { url, clock, timeoutMs = TIMEOUT_MS, fetch = globalThis.fetch } = this.#options
    try {
      const keys = await importVerificationKeys(await fetchJson(url, { timeoutMs, maxBytes: MAX_BYTES }, fetch))
      this.#keys = keys
      this.#fetchedAt = clock.now()
      this.#failures = 0
      return keys
    } catch (cause) {
      this.#backOff(cause)
      throw this.#unavailable()
    }
  }

  #backOff(cause: unknown): void {
    const { url, clock, events } = this.#options
    const { first, most } = this.#servableKeys() === undefined ? BACK_OFF_WITHOUT_KEYS_MS : BACK_OFF_MS
    const delay = Math.min(first * 2 ** this.#failures, most)
    this.#failures += 1
    this.#retryAt = clock.now() + delay
    this.#lastFailure = cause
    events.warn('jwks_fetch_failed', { host: url.host, failures: this.#failures }, cause)
  }

  #unavailable(): IssuerUnavailable {
    const retryAfter = Math.ceil((this.#retryAt - this.#options.clock.now()) / SECOND_MS)
    return new IssuerUnavailable(this.#operation, { cause: this.#lastFailure, retryAfter })
  }
}
