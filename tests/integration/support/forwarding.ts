import { once } from 'node:events'
import { request, type Agent, type IncomingMessage, type ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'

/**
 * What is wrong with an answer that arrives: it ends in the middle with the connection, or stops there, or its last byte
 * is another one.
 */
export type Alteration = 'cut-answer' | 'stall-answer' | 'corrupt-answer'

export interface Route {
  readonly upstream: URL
  readonly agent: Agent
  /** Of the request to forward: when it goes, nobody waits for the server any more. */
  readonly response: ServerResponse
}

/** Headers between two neighbours only (RFC 9110 §7.6.1). */
const HOP_BY_HOP = ['connection', 'keep-alive', 'transfer-encoding']

/** Sends the server what came, with the very headers that are signed. @param body what was read already */
export async function forwardRequest(
  incoming: IncomingMessage,
  body: Buffer | undefined,
  { upstream, agent, response }: Route,
): Promise<IncomingMessage> {
  const { method, url: path, rawHeaders } = incoming
  const { hostname, port } = upstream
  const outgoing = request({ hostname, port, agent, method, path, headers: rawHeaders })
  // Who waits for the answer hears of it.
  outgoing.on('error', () => undefined)
  response.once('close', () => {
    if (!response.writableFinished) outgoing.destroy()
  })
  if (body === undefined) incoming.pipe(outgoing)
  else outgoing.end(body)
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
  return answer
}

export async function forwardAnswer(
  answer: IncomingMessage,
  response: ServerResponse,
  fate: 'pass' | Alteration,
): Promise<void> {
  const { statusCode = 500, headers } = answer
  const kept = Object.entries(headers).filter(([name, value]) => !HOP_BY_HOP.includes(name) && value !== undefined)
  response.writeHead(statusCode, Object.fromEntries(kept))
  if (fate === 'pass') {
    await pipeline(answer, response)
    return
  }
  const length = Number(headers['content-length'])
  for await (const chunk of altered(answer, length, fate)) response.write(chunk)
  if (fate === 'corrupt-answer') response.end()
  if (fate === 'cut-answer') response.destroy()
}

async function* altered(
  answer: AsyncIterable<Buffer>,
  length: number,
  fate: Alteration,
): AsyncGenerator<Buffer, void, undefined> {
  let position = 0
  for await (const chunk of answer) {
    const end = position + chunk.length
    if (fate !== 'corrupt-answer' && end >= length / 2) {
      yield chunk.subarray(0, Math.floor(length / 2) - position)
      return
    }
    if (end === length) chunk[chunk.length - 1]! ^= 1
    yield chunk
    position = end
  }
}
