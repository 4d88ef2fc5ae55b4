import type { Environment } from './environment.ts'

/** How much is taken on at once. `undefined` is for no limit. */
export interface LimitsConfiguration {
  /** Bytes of uploads, all together. */
  readonly maxUploadBytesInFlight: number
  /** Requests, by client address. */
  readonly rateLimitPerMinute: number | undefined
  /** Requests, by backup. */
  readonly rateLimitPerBackupPerMinute: number | undefined
  /** Milliseconds that a request may wait for its turn of the event loop. */
  readonly maxEventLoopLag: number | undefined
}

const MOST_PER_MINUTE = 1_000_000

/** @param development where nothing but the memory is to be protected */
export function limits(environment: Environment, development: boolean): LimitsConfiguration {
  const perMinute = (name: string, elsewhere: number): number | undefined =>
    environment.integerOrOff(name, [1, MOST_PER_MINUTE], development ? undefined : elsewhere)
  return {
    maxUploadBytesInFlight: environment.integer('MAX_UPLOAD_BYTES_IN_FLIGHT', [1, 1024 ** 4], 256 * 1024 ** 2),
    rateLimitPerMinute: perMinute('RATE_LIMIT_PER_MINUTE', 600),
    rateLimitPerBackupPerMinute: perMinute('RATE_LIMIT_PER_BACKUP_PER_MINUTE', 300),
    maxEventLoopLag: environment.integerOrOff('MAX_EVENT_LOOP_LAG_MS', [10, 60_000], development ? undefined : 100),
  }
}
