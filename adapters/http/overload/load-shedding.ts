import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { EventLog } from '../../../application/ports/event-log.ts'
import type { Metrics } from '../../shared/metrics.ts'
import { noteArrival } from '../observation/arrival.ts'
import { errorResponse } from '../errors/error-response.ts'
import { Overloaded } from '../errors/overloaded.ts'
import { refuse, type DrainLimits } from '../errors/refuse.ts'
import { chooseRequestId, COMMON_HEADERS } from '../request-context.ts'
import { REFUSAL_DELAY } from './refusal-delay.ts'
import { TurnQueue } from './turn-queue.ts'

/**
 * Requests that are begun in one turn of the event loop. Each needs about a dozen turns, and a turn takes as long as
 * all that is done in it: so this keeps the turns short, and those that are worked on at once few, however many wait.
 */
const STARTS_PER_TURN = 8
/** Crowds are refused as they came, all at once. */
const REFUSALS_PER_TURN = 32
const OVERLOADED = new Overloaded('there is more to do than can be done in time')
/** Made once: at several times the capacity it is the refusals that have to be cheap. */
const REFUSAL = errorResponse(OVERLOADED)
const REFUSAL_HEADERS = {
  ...COMMON_HEADERS,
  ...REFUSAL.headers,
  'content-type': 'application/json; charset=utf-8',
  'content-length': Buffer.byteLength(REFUSAL.body),
}
/** Milliseconds between two lines in the log. */
const LOG_INTERVAL = 1000

export interface LoadSheddingOptions {
  /** Milliseconds by which the event loop runs late, now, whatever it is that keeps it busy. */
  readonly lag: () => number
  /** Milliseconds that a request may wait for its turn, that lag counted in. */
  readonly maxLag: number
  /** {@link STARTS_PER_TURN} where absent. */
  readonly startsPerTurn?: number
  /** {@link REFUSAL_DELAY} where absent. */
  readonly refusalDelay?: number
}

interface WaitingRequest {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly arrivedAt: number
}

/**
 * Begins requests in the order in which they come, a few in each turn of the event loop, and turns away those whose
 * turn comes too late, before any work is done for them: before routing and without a line in the log. So what is
 * accepted is answered in time however much is asked, and only what could not be answered in time is turned away.
 */
export class LoadShedding {
  readonly #options: Required<LoadSheddingOptions>
  readonly #metrics: Metrics
  readonly #log: EventLog
  #unlogged = 0
  #loggedAt = -Infinity

  constructor(options: LoadSheddingOptions, metrics: Metrics, log: EventLog) {
    this.#options = { startsPerTurn: STARTS_PER_TURN, refusalDelay: REFUSAL_DELAY, ...options }
    this.#metrics = metrics
    this.#log = log
  }

  /**
   * @param paths the beginning of the paths that may be shed. All others have a queue of their own, in which nothing is
   *   too late: neither keeps the other from its turns.
   */
  guard(app: RequestListener, paths: string, limits: DrainLimits): RequestListener {
    const { startsPerTurn, refusalDelay } = this.#options
    const refusals = new TurnQueue<WaitingRequest>(REFUSALS_PER_TURN, ({ request, response }) => {
      if (response.destroyed) return false
      turnAway(request, response, limits)
      return true
    })
    const queue = new TurnQueue<WaitingRequest>(startsPerTurn, (waiting, isFirstInTurn) => {
      if (waiting.response.destroyed) return false // gone while it waited
      // Whatever keeps the loop busy, something comes through.
      if (isFirstInTurn || !this.#isLate(waiting.arrivedAt)) {
        app(waiting.request, waiting.response)
        return true
      }
      this.#tell(queue.waiting)
      setTimeout(() => {
        refusals.add(waiting)
      }, refusalDelay).unref()
      return false
    })
    const unshed = new TurnQueue<WaitingRequest>(startsPerTurn, ({ request, response }) => {
      if (response.destroyed) return false
      app(request, response)
      return true
    })
    return (request, response) => {
      const suited = request.url?.startsWith(paths) === true ? queue : unshed
      suited.add({ request, response, arrivedAt: noteArrival(request) })
    }
  }

  #isLate(arrivedAt: number): boolean {
    return performance.now() - arrivedAt + this.#options.lag() > this.#options.maxLag
  }

  #tell(waiting: number): void {
    this.#metrics.turnedAway('load')
    this.#unlogged += 1
    const now = performance.now()
    if (now - this.#loggedAt < LOG_INTERVAL) return
    this.#log.warn('shedding', {
      requests: this.#unlogged,
      lag: Math.round(this.#options.lag()),
      waiting,
    })
    this.#loggedAt = now
    this.#unlogged = 0
  }
}

function turnAway(request: IncomingMessage, response: ServerResponse, limits: DrainLimits): void {
  if (request.complete) {
    response
      .writeHead(REFUSAL.status, { ...REFUSAL_HEADERS, 'x-request-id': chooseRequestId(request.headers) })
      .end(REFUSAL.body)
    return
  }
  response.setHeader('x-request-id', chooseRequestId(request.headers))
  for (const [name, value] of Object.entries(COMMON_HEADERS)) response.setHeader(name, value)
  refuse(request, response, OVERLOADED, limits)
}
