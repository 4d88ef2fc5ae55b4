import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { answerUnparsable } from './answer-unparsable.ts'
import { longestArrival } from '../body/body-deadline.ts'
import { maxBodyBytes } from '../body/body-limits.ts'
import { continueWhenRead } from './continue-when-read.ts'
import { cutOffIdleClient } from './idle-clients.ts'
import { refuseTunnel } from './refuse-tunnel.ts'
import { originForm } from './request-target.ts'
import { UnansweredResponses } from './unanswered-responses.ts'

export interface HttpServerOptions {
  readonly host: string
  /** 0 for any free one. */
  readonly port: number
  /** Milliseconds for headers to arrive; twice that for a client that is to act and does nothing. */
  readonly requestTimeout: number
  readonly maxBackupBytes: number
  /** 4096 where absent. */
  readonly maxConnections?: number
}

/** Longer than the idle time of common load balancers, so that they close first and lose no request. */
const KEEP_ALIVE_TIMEOUT = 65_000
/**
 * Far above what one instance serves. Whoever opens more is cut off, so that idle connections, which have
 * `requestTimeout` to say something, fill neither the memory nor the table of open files.
 */
const MAX_CONNECTIONS = 4096
/** Connections that wait to be accepted: a busy moment must not cost the second after which TCP tries again. */
const BACKLOG = 4096
/** While stopping. */
const IDLE_CHECK_INTERVAL = 50
/** For one event of a response: most of what leads to an answer has something to give back when that is over. */
const MAX_LISTENERS = 32
const MAX_HEADER_BYTES = 32 * 1024

/** An app on a port, with time limits on everything that a client may do slowly. */
export class HttpServer {
  readonly #server: Server
  /** Connections that asked for a tunnel: Node no longer counts them among its own. */
  readonly #tunnels: ReadonlySet<Duplex>

  private constructor(server: Server, tunnels: ReadonlySet<Duplex>) {
    this.#server = server
    this.#tunnels = tunnels
  }

  static async listen(app: RequestListener, options: HttpServerOptions): Promise<HttpServer> {
    const { host, port, requestTimeout, maxBackupBytes, maxConnections = MAX_CONNECTIONS } = options
    const server = createServer({
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: requestTimeout,
      // For headers and body. The app answers a late body itself, and earlier; this ends those that nobody reads.
      requestTimeout: requestTimeout + longestArrival(requestTimeout, maxBodyBytes(maxBackupBytes)),
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
      connectionsCheckingInterval: Math.min(requestTimeout, 5_000),
      requireHostHeader: false, // the app does, and answers in JSON
    })
    server.setTimeout(requestTimeout * 2)
    server.maxConnections = maxConnections
    const tunnels = serveWith(server, app)
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ port, host, backlog: BACKLOG }, resolve)
    })
    return new HttpServer(server, tunnels)
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Stops accepting, lets what runs finish within `grace` milliseconds, then cuts it off. */
  async stop(grace: number): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve()
      })
    })
    const cutOff = setTimeout(() => {
      this.#server.closeAllConnections()
      for (const socket of this.#tunnels) socket.destroy()
    }, grace)
    // A connection whose request is answered now would be kept alive for the next one.
    const hangUp = setInterval(() => {
      this.#server.closeIdleConnections()
    }, IDLE_CHECK_INTERVAL)
    await closed
    clearTimeout(cutOff)
    clearInterval(hangUp)
  }
}

/**
 * Leads everything that a server can be sent to the app, or to an answer like those of the app.
 * @returns the connections, at any time, that asked for a tunnel
 */
function serveWith(server: Server, app: RequestListener): ReadonlySet<Duplex> {
  const tunnels = new Set<Duplex>()
  const unanswered = new UnansweredResponses()
  const answered = new WeakSet<Duplex>()
  const serve: RequestListener = (request, response) => {
    if (!unanswered.add(response)) {
      request.socket.destroy() // to pause it would not stop Node from reading on
      return
    }
    response.setMaxListeners(MAX_LISTENERS)
    request.url = originForm(request.url ?? '')
    cutOffIdleClient(response)
    app(request, response)
  }
  server.on('request', serve)
  server.on('checkContinue', (request, response) => {
    continueWhenRead(request, response)
    serve(request, response)
  })
  // An expectation that nobody knows may be ignored (RFC 9110 §10.1.1); Node's own refusal is no JSON.
  server.on('checkExpectation', serve)
  server.on('connect', (request) => {
    // From here on Node closes none but the response that is on the socket, and that in this turn of the event loop.
    request.socket.once('close', () => {
      setImmediate(() => {
        unanswered.closeAll(request.socket)
      })
    })
    refuseTunnel(request, unanswered.lastToWholeRequest(request.socket), serve, tunnels)
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    answerUnparsable(error, socket, unanswered, answered)
  })
  return tunnels
}
