import { ServerResponse, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'

/**
 * Has `serve` answer CONNECT, and ends the connection: with the event Node hands it over and no longer manages it.
 * @param earlier the last response on that connection before this one: answers go out in the order of the requests
 * @param tunnels where the connection is kept for as long as it is open
 */
export function refuseTunnel(
  request: IncomingMessage,
  earlier: ServerResponse | undefined,
  serve: (request: IncomingMessage, response: ServerResponse) => void,
  tunnels: Set<Duplex>,
): void {
  const { socket } = request
  tunnels.add(socket)
  socket.once('close', () => tunnels.delete(socket))
  const end = (): void => {
    socket.destroy()
  }
  const answer = (): void => {
    if (socket.destroyed) return
    const response = new ServerResponse(request)
    response.shouldKeepAlive = false
    response.assignSocket(socket)
    response.once('finish', () => {
      socket.destroySoon()
    })
    serve(request, response)
  }
  socket.on('error', end).on('timeout', end).resume()
  if (earlier === undefined || earlier.closed) answer()
  else earlier.once('close', answer)
}
