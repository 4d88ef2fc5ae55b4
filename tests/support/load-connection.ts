import { connect, type Socket } from 'node:net'

/** What came of a request: its status, or `broken` where the connection ended first. */
export type LoadOutcome = number | 'broken'

const HEAD_END = Buffer.from('\r\n\r\n')

/** A kept connection for one request at a time, which costs its process as little as can be: for those who send thousands a second. */
export class LoadConnection {
  readonly #socket: Socket
  #received = Buffer.alloc(0)
  #settle: ((outcome: LoadOutcome) => void) | undefined
  #open = true

  constructor(url: URL) {
    this.#socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true })
    this.#socket.on('data', (chunk) => {
      this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk])
      this.#take()
    })
    this.#socket.on('error', () => this.#socket.destroy())
    this.#socket.on('close', () => {
      this.#open = false
      this.#finish('broken')
    })
  }

  /** Whether it takes another request. */
  get open(): boolean {
    return this.#open
  }

  /** @param request head and body as they go over the wire */
  send(request: Uint8Array): Promise<LoadOutcome> {
    return new Promise((resolve) => {
      this.#settle = resolve
      if (this.#open) this.#socket.write(request)
      else this.#finish('broken')
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(): void {
    const end = this.#received.indexOf(HEAD_END)
    if (end === -1) return
    const head = this.#received.toString('latin1', 0, end).toLowerCase()
    const length = Number(/\r\ncontent-length: ([0-9]+)/.exec(head)?.[1] ?? 0)
    if (this.#received.length < end + HEAD_END.length + length) return
    this.#received = Buffer.alloc(0)
    if (head.includes('\r\nconnection: close')) {
      this.#open = false
      this.#socket.destroy()
    }
    this.#finish(Number(head.slice(9, 12)))
  }

  #finish(outcome: LoadOutcome): void {
    const settle = this.#settle
    this.#settle = undefined
    settle?.(outcome)
  }
}
