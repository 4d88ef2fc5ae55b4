import type { IncomingMessage } from 'node:http'
import type { RequestHandler, Response } from 'express'
import type { Metrics } from '../../shared/metrics.ts'
import { ByteBudget, type Release, type Reservation } from './byte-budget.ts'
import { Overloaded } from '../errors/overloaded.ts'
import { clientAddress } from './client-address.ts'

/** Milliseconds at most. Uploads come in bursts of seconds; for longer, a client better does something else. */
const LONGEST_PATIENCE = 5_000
/** Each holds a connection, and what the operating system and Node have read of its body before they stopped. */
const MAX_WAITING = 64
/**
 * For all JSON bodies: dozens of the largest, or thousands of common ones. Of its own, so that uploads starve no
 * retrieval.
 */
const JSON_BYTES_IN_FLIGHT = 64 * 1024 * 1024

export interface BodyLimits {
  readonly uploadBytesInFlight: number
  /** Of one multipart body. */
  readonly maxUploadBytes: number
  /** Of one body of any other kind. */
  readonly maxJsonBytes: number
  /** Milliseconds for a request to arrive: none waits for longer than that either. */
  readonly requestTimeout: number
}

const releases = new WeakMap<IncomingMessage, Release>()

/** Gives back early, before the request is over, what its body had reserved: for bodies that nobody will keep. */
export function releaseBody(request: IncomingMessage): void {
  releases.get(request)?.()
}

/**
 * Reserves room for each body before anything of it is read, until the request is over: the length that the header
 * announces, or the largest there may be. Who has to wait is not read from, so that TCP holds the client back.
 */
export function bodyAdmission(limits: BodyLimits, metrics: Metrics): RequestHandler {
  const waiting = { patience: Math.min(LONGEST_PATIENCE, limits.requestTimeout), maxWaiting: MAX_WAITING }
  const uploads = new ByteBudget({ capacity: limits.uploadBytesInFlight, ...waiting })
  const jsonBodies = new ByteBudget({ capacity: JSON_BYTES_IN_FLIGHT, ...waiting })
  metrics.watchBodyBytes('upload', () => uploads.used)
  metrics.watchBodyBytes('json', () => jsonBodies.used)

  return async (request, response, next) => {
    const isUpload = typeof request.is('multipart/form-data') === 'string'
    const [budget, largest] = isUpload ? [uploads, limits.maxUploadBytes] : [jsonBodies, limits.maxJsonBytes]
    const bytes = announcedBytes(request, largest)
    const wanted = { bytes, holder: clientAddress(request) }
    const release = budget.tryReserve(wanted) ?? (await waitFor(budget, wanted, response))
    if (release === undefined) {
      if (response.closed) return // gone while it waited
      metrics.turnedAway(isUpload ? 'upload_budget' : 'json_budget')
      throw new Overloaded('too much is being sent at once')
    }
    releases.set(request, release)
    if (response.closed) release()
    else response.once('close', release)
    next()
  }
}

function announcedBytes({ headers }: IncomingMessage, largest: number): number {
  if (headers['transfer-encoding'] !== undefined) return largest
  return Math.min(Number(headers['content-length'] ?? 0), largest)
}

async function waitFor(budget: ByteBudget, wanted: Reservation, response: Response): Promise<Release | undefined> {
  const gone = new AbortController()
  const leave = (): void => {
    gone.abort()
  }
  response.once('close', leave)
  try {
    return await budget.reserve(wanted, gone.signal)
  } finally {
    response.off('close', leave)
  }
}
