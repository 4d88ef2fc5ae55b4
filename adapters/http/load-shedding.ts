import { randomUUID } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { RequestHandler } from 'express'
import type { EventLog } from '../../application/ports/event-log.ts'
import type { Metrics } from '../shared/metrics.ts'
import { errorResponse } from './error-response.ts'
import { Overloaded } from './overloaded.ts'
import { refuse, type DrainLimits } from './refuse.ts'
import { COMMON_HEADERS } from './request-context.ts'

/** Admitted however much there is to do: so what comes through shows whether it still is too much. */
const LEAST_SHARE = 0.05
/**
 * Requests that are worked on at once, by an event loop with hardly any idle time, before others are shed. Its turns may be
 * short while each request takes many of them: it is this that keeps the answers in time then.
 */
const MAX_IN_PROGRESS = 64
const OVERLOADED = new Overloaded('there is more to do than can be done in time')
/** Made once: at several times the capacity it is the refusals that have to be cheap. */
const REFUSAL = errorResponse(OVERLOADED)
const REFUSAL_HEADERS = {
  ...COMMON_HEADERS,
  ...REFUSAL.headers,
  'content-type': 'application/json; charset=utf-8',
  'content-length': Buffer.byteLength(REFUSAL.body),
}
/** Of the time. Below it there is time for more: what is worked on waits for the stores, which have limits of their own. */
const BUSY = 0.8
/**
 * Milliseconds that whoever is shed waits for the refusal: in that time the connection brings no other request, so a crowd
 * that asks again at once cannot keep the service busy with refusals. By then Node has taken in a short body that came
 * with its header, too: the connection can stay, which saves a new one.
 */
const REFUSAL_DELAY = 1000
/** Milliseconds between two lines in the log. */
const LOG_INTERVAL = 1000

export interface LoadSheddingOptions {
  /** Milliseconds by which the event loop runs late, now. */
  readonly lag: () => number
  /** Of the event loop, now: 0 for idle, 1 for busy all the time. */
  readonly utilization: () => number
  /** Milliseconds from which on requests are shed; at twice as much, nearly all are. */
  readonly maxLag: number
  /** {@link MAX_IN_PROGRESS} where absent. */
  readonly maxInProgress?: number
  /** {@link REFUSAL_DELAY} where absent. */
  readonly refusalDelay?: number
}

const finishes = new WeakMap<ServerResponse, () => void>()

/** The work for this answer is done, and the rest is up to the client: as where a download begins. */
export function endWork(response: ServerResponse): void {
  finishes.get(response)?.()
}

/**
 * Turns away a part of the requests while there is more to do than can be done in time, before any work is done for them:
 * before routing and without a line in the log. The part grows with the load, so it settles where the rest is done in
 * time; all or nothing would swing between idle and late.
 */
export class LoadShedding {
  readonly #options: Required<LoadSheddingOptions>
  readonly #metrics: Metrics
  readonly #log: EventLog
  #inProgress = 0
  #credit = 1
  #unlogged = 0
  #loggedAt = -Infinity

  constructor(options: LoadSheddingOptions, metrics: Metrics, log: EventLog) {
    this.#options = { maxInProgress: MAX_IN_PROGRESS, refusalDelay: REFUSAL_DELAY, ...options }
    this.#metrics = metrics
    this.#log = log
  }

  /** @param paths the beginning of the paths that may be shed */
  guard(app: RequestListener, paths: string, limits: DrainLimits): RequestListener {
    return (request, response) => {
      if (request.url?.startsWith(paths) !== true || this.#admits()) {
        app(request, response)
        return
      }
      this.#tell()
      setTimeout(turnAway, this.#options.refusalDelay, request, response, limits).unref()
    }
  }

  /**
   * Counts what is worked on, from here on: to be used behind what reads bodies. Uploads, which are read while they are
   * worked on, do not count: their client may send as slowly as it likes, and they have a budget of their own.
   */
  readonly countWork: RequestHandler = (request, response, next) => {
    if (typeof request.is('multipart/form-data') === 'string') {
      next()
      return
    }
    this.#inProgress += 1
    let working = true
    const finish = (): void => {
      if (working) this.#inProgress -= 1
      working = false
    }
    finishes.set(response, finish)
    response.once('close', finish)
    next()
  }

  #admits(): boolean {
    const { lag, maxLag, utilization, maxInProgress } = this.#options
    const crowd = utilization() < BUSY ? 0 : this.#inProgress / maxInProgress
    const load = Math.max(lag() / maxLag, crowd)
    this.#credit += Math.min(1, Math.max(LEAST_SHARE, 2 - load))
    if (this.#credit < 1) return false
    this.#credit -= 1
    return true
  }

  #tell(): void {
    this.#metrics.turnedAway('load')
    this.#unlogged += 1
    const now = performance.now()
    if (now - this.#loggedAt < LOG_INTERVAL) return
    this.#log.warn('shedding', {
      requests: this.#unlogged,
      lag: Math.round(this.#options.lag()),
      inProgress: this.#inProgress,
    })
    this.#loggedAt = now
    this.#unlogged = 0
  }
}

function turnAway(request: IncomingMessage, response: ServerResponse, limits: DrainLimits): void {
  if (request.complete) {
    response.writeHead(REFUSAL.status, { ...REFUSAL_HEADERS, 'x-request-id': randomUUID() }).end(REFUSAL.body)
    return
  }
  response.setHeader('x-request-id', randomUUID())
  for (const [name, value] of Object.entries(COMMON_HEADERS)) response.setHeader(name, value)
  refuse(request, response, OVERLOADED, limits)
}
