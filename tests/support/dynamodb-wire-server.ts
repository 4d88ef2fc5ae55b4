import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'

/** As DynamoDB's JSON protocol has them: `{"S": "…"}` and the like. */
export type WireAttributes = Readonly<Record<string, WireValue>>
export type WireValue = Readonly<Partial<Record<'S' | 'N', string>>> & {
  readonly L?: readonly WireValue[]
  readonly M?: WireAttributes
}

export interface WireRequest {
  /** `TransactWriteItems` */
  readonly operation: string
  readonly body: WireBody
  readonly headers: Readonly<Record<string, string>>
}

/** The members of requests that tests look at. */
export interface WireBody {
  readonly ClientRequestToken?: string
  readonly TransactItems?: readonly WireTransactItem[]
  readonly ConsistentRead?: boolean
  readonly ExclusiveStartKey?: WireAttributes
}

export interface WireTransactItem {
  readonly Put?: { readonly Item: WireAttributes }
  readonly Update?: { readonly Key: WireAttributes }
  readonly Delete?: { readonly Key: WireAttributes }
}

/**
 * `drop`: the connection ends without an answer. `hang`: nothing is ever answered, `half`: nothing after half a body.
 * `trickle`: an answer begins and never comes to its point.
 */
export type WireAnswer = { readonly status: number; readonly body: unknown } | 'drop' | 'hang' | 'half' | 'trickle'

const TRICKLE_MILLISECONDS = 20

export type AnswerRequest = (request: WireRequest, earlier: readonly WireRequest[]) => WireAnswer | Promise<WireAnswer>

export interface WireServer {
  readonly endpoint: string
  /** All there have been, in their order. */
  readonly requests: readonly WireRequest[]
  readonly stop: () => Promise<void>
}

/** A server that speaks DynamoDB's protocol and answers whatever a test wants to hear. */
export async function startWireServer(answer: AnswerRequest): Promise<WireServer> {
  const requests: WireRequest[] = []
  const server = createServer((incoming, response) => {
    void receive(incoming)
      .then((request) => {
        const earlier = [...requests]
        requests.push(request)
        return answer(request, earlier)
      })
      .then((given) => respond(response, given))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    requests,
    stop: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

/** Hands a request on to a real server. */
export async function forward({ headers, body }: WireRequest, endpoint: string): Promise<WireAnswer> {
  const kept = ['authorization', 'content-type', 'x-amz-date', 'x-amz-target']
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: Object.entries(headers).filter(([name]) => kept.includes(name)),
    body: JSON.stringify(body),
  })
  return { status: response.status, body: await response.json() }
}

export function wireError(type: string, more: object = {}, status = 400): WireAnswer {
  return { status, body: { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: type, ...more } }
}

async function receive(incoming: IncomingMessage): Promise<WireRequest> {
  const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]))
  const [, operation = ''] = headers['x-amz-target']?.split('.') ?? []
  return { operation, headers, body: (await json(incoming)) as WireBody }
}

function respond(response: ServerResponse, answer: WireAnswer): void {
  if (answer === 'hang') return
  if (answer === 'drop') {
    response.destroy()
    return
  }
  if (answer === 'trickle') {
    response.socket?.write('HTTP/1.1 200 OK\r\nx-trickle: ')
    const trickle = setInterval(() => response.socket?.write('.'), TRICKLE_MILLISECONDS)
    response.once('close', () => clearInterval(trickle))
    return
  }
  if (answer === 'half') {
    response.writeHead(200, { 'content-length': 4 }).write('{}')
    return
  }
  response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' })
  response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body))
}
