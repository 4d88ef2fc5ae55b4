import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/**
 * On one connection. Nobody should send a POST before the answer to the one before (RFC 9112 §9.3.2), so one would do;
 * without a limit one connection could fill the memory, and a few thousand of them the time.
 */
const MAX_UNANSWERED = 4

/** The responses that are not over, of each connection, in the order of their requests. */
export class UnansweredResponses {
  readonly #responses = new WeakMap<Duplex, Set<ServerResponse>>()

  /** @returns whether it is one of no more than there may be */
  add(response: ServerResponse): boolean {
    const { socket } = response.req
    const responses = this.#responses.get(socket) ?? new Set()
    if (responses.size === MAX_UNANSWERED) return false
    this.#responses.set(socket, responses.add(response))
    response.once('close', () => responses.delete(response))
    return true
  }

  /** The last one to a request that arrived whole: what the client sent behind them is none of theirs. */
  lastToWholeRequest(socket: Duplex): ServerResponse | undefined {
    return this.#on(socket).findLast(({ req: request }) => request.complete)
  }

  /** The one to a request that is still arriving. */
  toArrivingRequest(socket: Duplex): ServerResponse | undefined {
    return this.#on(socket).find(({ req: request }) => !request.complete)
  }

  /** Tells all who wait for the end of a response that there will be none: of a connection that Node has let go. */
  closeAll(socket: Duplex): void {
    for (const response of this.#on(socket)) {
      response.destroyed = true
      response.emit('close')
    }
  }

  #on(socket: Duplex): readonly ServerResponse[] {
    return [...(this.#responses.get(socket) ?? [])]
  }
}
