import type { HttpRequest } from '../../support/http-client.ts'
import type { AwsServers } from './aws-servers.ts'
import { BACKEND_OPERATIONS, type BackendOperation, type PreparedRequest } from './backend-operations.ts'
import { startProxiedService, type ProxiedService } from './proxied-service.ts'

export const READY: HttpRequest = { method: 'GET', path: '/ready' }

/** A request that waits for a backend. */
export interface WaitingRequest {
  readonly prepared: PreparedRequest
  /** Of the one time that it was sent. */
  readonly outcome: Promise<string>
}

/** A service whose backends take connections and say nothing, as one does that hangs or that the network has lost. */
export class StalledService {
  readonly proxied: ProxiedService
  readonly waiting: ReadonlyMap<string, WaitingRequest>
  /** Of `GET /ready`, meanwhile. */
  readonly readiness: Promise<string>

  private constructor(proxied: ProxiedService, { waiting, readiness }: Pick<StalledService, 'waiting' | 'readiness'>) {
    this.proxied = proxied
    this.waiting = waiting
    this.readiness = readiness
  }

  /** Starts it, and sends every operation that meets one of the requests which get no answer. */
  static async start(servers: AwsServers, unanswered: readonly string[]): Promise<StalledService> {
    const proxied = await startProxiedService(servers)
    const { http } = proxied.service
    const prepared: (readonly [string, PreparedRequest])[] = []
    for (const operation of operationsMeeting(unanswered)) {
      prepared.push([operation.name, await proxied.prepare(operation)])
    }
    for (const proxy of [proxied.dynamoDb, proxied.s3]) {
      proxy.decide = ({ operation }) => (unanswered.includes(operation) ? 'stall' : 'pass')
    }
    const outcomeOf = async (request: HttpRequest): Promise<string> => (await http.send(request)).outcome
    const waiting = prepared.map(
      ([name, one]) => [name, { prepared: one, outcome: heldBack(outcomeOf(one.request)) }] as const,
    )
    return new StalledService(proxied, { waiting: new Map(waiting), readiness: heldBack(outcomeOf(READY)) })
  }
}

/** What fails before anybody looks is not to be taken for a failure that nobody looks at. */
export function heldBack<Result>(promise: Promise<Result>): Promise<Result> {
  promise.catch(() => undefined)
  return promise
}

/** Those that wait for one of these requests. */
export function operationsMeeting(requests: readonly string[]): readonly BackendOperation[] {
  return BACKEND_OPERATIONS.filter(({ waves }) => waves.flat().some((request) => requests.includes(request)))
}
