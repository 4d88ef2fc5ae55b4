import { once } from 'node:events'
import { Agent, createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { readBackendRequest, type BackendRequest } from './backend-request.ts'
import { forwardAnswer, forwardRequest, type Alteration } from './forwarding.ts'

/**
 * What becomes of a request:
 * - `pass`: the server answers it;
 * - `lose-request`: the connection ends before the server learns of it;
 * - `lose-answer`: the server does it, and the connection ends before the answer;
 * - `die-before`, `die-after`: the same, and from then on nobody listens;
 * - `stall`: it is neither read nor answered, ever;
 * - `withhold-answer`: the server does it, and the answer never comes;
 * - an alteration: the answer comes, but not as the server gave it.
 */
export type Fate =
  'pass' | 'lose-request' | 'lose-answer' | 'die-before' | 'die-after' | 'stall' | 'withhold-answer' | Alteration

const LISTEN_ATTEMPTS = 100
const LISTEN_PAUSE_MILLISECONDS = 20

/**
 * Stands before DynamoDB or S3, wherever that runs. It keeps what the server is asked, and fails as a server or a network
 * fails, for which the server itself would have to be stopped and started again.
 */
export class BackendProxy {
  /** The fate of all requests to come. */
  decide: (request: BackendRequest) => Fate | Promise<Fate> = () => 'pass'
  readonly #upstream: URL
  readonly #agent = new Agent({ keepAlive: true })
  readonly #requests: BackendRequest[] = []
  #underWay = 0
  #server: Server | undefined
  #port = 0

  private constructor(upstream: string) {
    this.#upstream = new URL(upstream)
  }

  /** @param upstream `http://host:port` of the server */
  static async start(upstream: string): Promise<BackendProxy> {
    const proxy = new BackendProxy(upstream)
    await proxy.revive()
    return proxy
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** Requests whose connection has neither an answer nor its end. */
  get underWay(): number {
    return this.#underWay
  }

  /** All that was asked since the last time this was. */
  take(): BackendRequest[] {
    return this.#requests.splice(0)
  }

  /** Connections are refused from now on, and those there are end. */
  async die(): Promise<void> {
    const server = this.#server
    if (server === undefined) return
    this.#server = undefined
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }

  /** Listens again where it did, and everything passes. What has stalled has lost its connection. */
  async revive(): Promise<void> {
    await this.die()
    this.decide = () => 'pass'
    for (let attempt = 1; this.#server === undefined; attempt += 1) {
      try {
        this.#server = await listen(this.#port, (incoming, response) => void this.#serve(incoming, response))
      } catch (error) {
        // A connection that somebody opened meanwhile may have the port as its own.
        if (attempt === LISTEN_ATTEMPTS) throw error
        await delay(LISTEN_PAUSE_MILLISECONDS)
      }
    }
    this.#port = portOf(this.#server)
  }

  async stop(): Promise<void> {
    await this.die()
    this.#agent.destroy()
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#underWay += 1
    response.once('close', () => (this.#underWay -= 1))
    const read = await readBackendRequest(incoming).catch(() => undefined)
    if (read === undefined) return // It went away in the middle.
    this.#requests.push(read.request)
    const fate = await this.decide(read.request)
    if (fate === 'stall') return
    try {
      if (fate === 'lose-request' || fate === 'die-before') await this.#lose(response, fate)
      else await this.#forward(incoming, read.body, response, fate)
    } catch {
      // Either side went away; so does the other.
      response.destroy()
    }
  }

  async #forward(
    incoming: IncomingMessage,
    body: Buffer | undefined,
    response: ServerResponse,
    fate: Exclude<Fate, 'stall' | 'lose-request' | 'die-before'>,
  ): Promise<void> {
    const answer = await forwardRequest(incoming, body, { upstream: this.#upstream, agent: this.#agent, response })
    if (fate !== 'lose-answer' && fate !== 'die-after' && fate !== 'withhold-answer') {
      await forwardAnswer(answer, response, fate)
      return
    }
    answer.resume()
    await once(answer, 'end')
    if (fate !== 'withhold-answer') await this.#lose(response, fate)
  }

  async #lose(response: ServerResponse, fate: Fate): Promise<void> {
    if (fate === 'die-before' || fate === 'die-after') await this.die()
    else response.destroy()
  }
}

async function listen(
  port: number,
  serve: (incoming: IncomingMessage, response: ServerResponse) => void,
): Promise<Server> {
  const server = createServer(serve)
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  return address.port
}
