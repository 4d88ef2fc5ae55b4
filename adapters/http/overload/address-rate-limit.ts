import type { RequestHandler } from 'express'
import { rateLimit } from 'express-rate-limit'
import type { EventLog } from '../../../application/ports/event-log.ts'
import { TooManyRequests } from '../../../application/ports/backup-rate-limit.ts'
import type { Metrics } from '../../shared/metrics.ts'
import { clientAddress } from './client-address.ts'
import { REFUSAL_DELAY } from './refusal-delay.ts'

const MINUTE_MILLISECONDS = 60 * 1000

/**
 * Requests per client address and minute, of this instance. The limit and what is left of it stand in the headers
 * `ratelimit-policy` and `ratelimit` (draft-ietf-httpapi-ratelimit-headers-08).
 */
export function addressRateLimit(perMinute: number, metrics: Metrics, log: EventLog): RequestHandler {
  let warned = false
  return rateLimit({
    windowMs: MINUTE_MILLISECONDS,
    limit: perMinute,
    identifier: 'address',
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    // The library's own checks would write addresses to the console.
    validate: false,
    keyGenerator: (request) => {
      if (!warned && request.headers['x-forwarded-for'] !== undefined && request.app.get('trust proxy') === false) {
        warned = true
        log.warn('forwarded_addresses_ignored', {
          reason: 'TRUST_PROXY is off: all that a proxy forwards counts as one',
        })
      }
      return clientAddress(request)
    },
    handler: (_request, response, next) => {
      metrics.turnedAway('address_rate_limit')
      const seconds = Number(response.getHeader('retry-after'))
      const error = new TooManyRequests('too many requests from this address', seconds)
      setTimeout(() => {
        next(error)
      }, REFUSAL_DELAY).unref()
    },
  })
}
