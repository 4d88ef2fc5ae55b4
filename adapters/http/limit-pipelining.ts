import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'

/**
 * Requests on one connection that have no answer yet. Nobody should send a POST before the answer to the one before (RFC
 * 9112 §9.3.2), so far fewer would do; without a limit one connection could fill the memory.
 */
const MAX_UNANSWERED = 32

/** Cuts off a connection on which more requests are sent ahead. To pause it would not stop Node from reading on. */
export function limitPipelining(serve: RequestListener): RequestListener {
  const unansweredBySocket = new WeakMap<IncomingMessage['socket'], Set<ServerResponse>>()
  return (request, response) => {
    const { socket } = request
    const unanswered = unansweredBySocket.get(socket) ?? new Set()
    if (unanswered.size === MAX_UNANSWERED) {
      socket.destroy()
      return
    }
    unansweredBySocket.set(socket, unanswered.add(response))
    response.once('close', () => unanswered.delete(response))
    serve(request, response)
  }
}
