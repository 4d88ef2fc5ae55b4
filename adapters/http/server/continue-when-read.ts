import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * Tells a client that expects `100-continue` to go on (RFC 9110 §10.1.1) when its body is first read, and not before: a
 * request that is refused by its headers has its answer at once, and the body need not be sent.
 */
export function continueWhenRead(request: IncomingMessage, response: ServerResponse): void {
  request.once('resume', () => {
    // What is read behind an answer is thrown away.
    if (!response.headersSent) response.writeContinue()
  })
}
