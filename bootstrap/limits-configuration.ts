import { maxBodyBytes } from '../adapters/http/body/body-limits.ts'
import type { Environment } from './environment.ts'

/** How much is taken on at once. `undefined` is for no limit. */
export interface LimitsConfiguration {
  /** Bytes of uploads, all together: the largest one has room, or each that may be as large would be refused for ever. */
  readonly maxUploadBytesInFlight: number
  /** Requests, by client address. */
  readonly rateLimitPerMinute: number | undefined
  /** Requests, by backup. */
  readonly rateLimitPerBackupPerMinute: number | undefined
  /** Milliseconds that a request may wait for its turn of the event loop. */
  readonly maxEventLoopLag: number | undefined
}

const MOST_PER_MINUTE = 1_000_000
const USUAL_UPLOAD_BYTES_IN_FLIGHT = 256 * 1024 ** 2

/**
 * @param development where nothing but the memory is to be protected
 * @param maxBackupBytes of one backup
 */
export function limits(environment: Environment, development: boolean, maxBackupBytes: number): LimitsConfiguration {
  const perMinute = (name: string, elsewhere: number): number | undefined =>
    environment.integerOrOff(name, [1, MOST_PER_MINUTE], development ? undefined : elsewhere)
  return {
    maxUploadBytesInFlight: uploadBytesInFlight(environment, maxBodyBytes(maxBackupBytes)),
    rateLimitPerMinute: perMinute('RATE_LIMIT_PER_MINUTE', 600),
    rateLimitPerBackupPerMinute: perMinute('RATE_LIMIT_PER_BACKUP_PER_MINUTE', 300),
    maxEventLoopLag: environment.integerOrOff('MAX_EVENT_LOOP_LAG_MS', [10, 60_000], development ? undefined : 100),
  }
}

function uploadBytesInFlight(environment: Environment, largestUpload: number): number {
  const usual = Math.max(USUAL_UPLOAD_BYTES_IN_FLIGHT, largestUpload)
  const bytes = environment.integer('MAX_UPLOAD_BYTES_IN_FLIGHT', [1, 1024 ** 4], usual)
  if (bytes < largestUpload) {
    const needed = `${largestUpload} bytes that an upload of MAX_BACKUP_BYTES needs`
    environment.fault('MAX_UPLOAD_BYTES_IN_FLIGHT', `has to be at least the ${needed}`)
  }
  return bytes
}
