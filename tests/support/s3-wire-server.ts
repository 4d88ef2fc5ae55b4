import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'

export interface S3Request {
  readonly method: string
  /** With the query: `/bucket/key?x-id=PutObject` */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/**
 * `drop`: the connection ends without an answer. `hang`: nothing is ever answered. `cut` and `stall`: the body breaks
 * off, or stops, half-way.
 */
export type S3Answer = 'drop' | 'hang' | S3Response

export interface S3Response {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
  readonly half?: 'cut' | 'stall'
}

export interface S3WireServer {
  readonly endpoint: string
  /** All there have been, in their order. */
  readonly requests: readonly S3Request[]
  /** How many there have been. */
  readonly connections: () => number
  readonly stop: () => Promise<void>
}

/** A server that answers S3's requests with whatever a test wants to hear. */
export async function startS3WireServer(
  answer: (request: S3Request, earlier: readonly S3Request[]) => S3Answer,
): Promise<S3WireServer> {
  const requests: S3Request[] = []
  let connections = 0
  const server = createServer((incoming, response) => {
    const { method = '', url: path = '' } = incoming
    const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]))
    void buffer(incoming).then((body) => {
      const [request, earlier] = [{ method, path, headers, body }, [...requests]]
      requests.push(request)
      respond(response, answer(request, earlier))
    })
  })
  server.on('connection', () => (connections += 1))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    requests,
    connections: () => connections,
    stop: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

export function s3Error(status: number, code: string): S3Response {
  const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`
  return { status, headers: { 'content-type': 'application/xml' }, body }
}

function respond(response: ServerResponse, answer: S3Answer): void {
  if (answer === 'hang') return
  if (answer === 'drop') {
    response.destroy()
    return
  }
  const { status, headers = {}, body = '', half } = answer
  response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers })
  if (half === undefined) {
    response.end(body)
    return
  }
  response.write(body.slice(0, body.length / 2), () => {
    if (half === 'cut') response.destroy()
  })
}
