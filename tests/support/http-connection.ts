import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { STATUS_CODES } from 'node:http'
import { eventually } from './http-eventually.ts'
import { outcomeOf } from './http-client.ts'
import { errorViolationsOf, violationsOf } from './openapi-responses.ts'

export interface RawAnswer {
  readonly status: number
  readonly outcome: string
  readonly headers: Headers
  readonly text: string
}

/** A bare TCP connection to a server, for clients that do what no HTTP library does. */
export class Connection {
  readonly #socket: Socket
  #chunks: Buffer[] = []
  #closed = false
  #failure: string | undefined

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (chunk) => {
      this.#chunks.push(chunk)
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#failure = error.code
    })
    socket.on('close', () => {
      this.#closed = true
    })
  }

  /** @param url `http://host:port` */
  static async open(url: string): Promise<Connection> {
    const { hostname, port } = new URL(url)
    const socket = connect({ host: hostname, port: Number(port), noDelay: true })
    await once(socket, 'connect')
    return new Connection(socket)
  }

  /** Whether it was closed, by either side. */
  get closed(): boolean {
    return this.#closed
  }

  /** What went wrong with it, as `ECONNRESET`: then bytes may be lost that were sent before. */
  get failure(): string | undefined {
    return this.#failure
  }

  /** All that came and was not yet taken as an answer. */
  get received(): Buffer {
    // Put together only when asked for: at each chunk it would take seconds for a backup.
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)]
    return this.#chunks[0] ?? Buffer.alloc(0)
  }

  /** Request line and headers as they are; `host` is added. */
  head(requestLine: string, headers: Readonly<Record<string, string | number>> = {}): void {
    const lines = Object.entries({ host: 'localhost', ...headers }).map(([name, value]) => `${name}: ${value}`)
    this.write([requestLine, ...lines, '', ''].join('\r\n'))
  }

  write(bytes: string | Uint8Array): void {
    if (!this.#closed) this.#socket.write(bytes)
  }

  /** Resolves once the operating system took all that was written, or the connection is closed. */
  async flushed(): Promise<void> {
    await eventually('bytes to be sent', () => this.#closed || this.#socket.writableLength === 0)
  }

  /** Takes nothing in any more: what the server sends fills the buffers in between. */
  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  /** Ends it at once, without a farewell. */
  reset(): void {
    this.#socket.resetAndDestroy()
  }

  /** No more is written, but answers are still read. */
  end(): void {
    this.#socket.end()
  }

  async whenClosed(): Promise<void> {
    await eventually('the connection to be closed', () => this.#closed)
  }

  /** The next answer, whole. @throws {Error} when it does not come, or is no answer with a content length */
  async answer(): Promise<RawAnswer> {
    let answer: RawAnswer | undefined
    await eventually('an answer', () => {
      answer = this.#take()
      return answer !== undefined || this.#closed
    })
    if (answer === undefined) throw new Error(`closed without an answer: ${this.received.toString().slice(0, 300)}`)
    return answer
  }

  /** The next answer, as openapi.yaml says. @throws {Error} saying in what it differs */
  async documentedAnswer(method: string, path: string): Promise<RawAnswer> {
    const answer = await this.answer()
    const violations = violationsOf(method, path, answer)
    if (violations.length > 0) throw new Error(`${method} ${path}: ${violations.join('; ')} (${answer.text})`)
    return answer
  }

  /** The next answer, to what never became a request of an operation: an error as openapi.yaml has it. */
  async errorAnswer(): Promise<RawAnswer> {
    const answer = await this.answer()
    const violations = errorViolationsOf(answer)
    if (violations.length > 0) throw new Error(`${violations.join('; ')} (${answer.text})`)
    return answer
  }

  #take(): RawAnswer | undefined {
    const { received } = this
    const end = received.indexOf('\r\n\r\n')
    if (end === -1) return undefined
    const [statusLine = '', ...lines] = received.toString('latin1', 0, end).split('\r\n')
    const status = Number(/^HTTP\/1\.1 ([0-9]{3}) (.*)$/.exec(statusLine)?.[1])
    if (!(String(status) in STATUS_CODES)) throw new Error(`no status line: ${statusLine}`)
    const headers = new Headers(lines.map((line): [string, string] => splitAt(line, line.indexOf(':'))))
    const start = end + 4
    const length = Number(headers.get('content-length') ?? 0)
    if (received.length < start + length) return undefined
    const text = received.toString('utf8', start, start + length)
    this.#chunks = [received.subarray(start + length)]
    const json: unknown = headers.get('content-type')?.startsWith('application/json') ? JSON.parse(text) : undefined
    return { status, outcome: outcomeOf(status, json), headers, text }
  }
}

function splitAt(line: string, index: number): [string, string] {
  return [line.slice(0, index), line.slice(index + 1).trim()]
}
