import type { ServerResponse } from 'node:http'

/**
 * Cuts off a client that is to act and does nothing, once its connection times out. Where the service itself is to act,
 * the client waits: what it waits for has time limits of its own, those of the stores and of whoever else is asked.
 */
export function cutOffIdleClient(response: ServerResponse): void {
  response.on('timeout', () => {
    if (isClientToAct(response)) response.destroy()
  })
}

/** Whether it leaves bytes of the answer, or owes bytes of the request that somebody is ready to read. */
function isClientToAct({ req: request, writableLength }: ServerResponse): boolean {
  return writableLength > 0 || (!request.complete && request.readableFlowing === true)
}
