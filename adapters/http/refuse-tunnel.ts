import { ServerResponse, type IncomingMessage } from 'node:http'

/**
 * Has CONNECT answered as any request, and ends its connection, which Node hands over and cares for no more.
 * @param earlier the last response on that connection before this one: answers go out in the order of the requests
 */
export function refuseTunnel(
  request: IncomingMessage,
  earlier: ServerResponse | undefined,
  serve: (request: IncomingMessage, response: ServerResponse) => void,
): void {
  const { socket } = request
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
