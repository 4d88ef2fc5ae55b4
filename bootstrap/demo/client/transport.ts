import { setTimeout as pause } from 'node:timers/promises'
import { Refusal, type RefusalJSON } from './refusal.ts'

const ATTEMPTS = 4
const FIRST_PAUSE = 200 // milliseconds; doubles each time

/**
 * POST over fetch. Repeats a request exactly where the service says that the same one can succeed later. A request whose
 * answer got lost is not repeated: it may have had its effect, and only the caller knows how to find out.
 */
export class Transport {
  readonly #base: string

  /** @param url of the service, as `http://127.0.0.1:8000` */
  constructor(url: string) {
    this.#base = new URL('/v1', url).href
  }

  /** @throws {Refusal} */
  post<Result>(path: string, json: object = {}): Promise<Result> {
    return this.#send(path, { headers: { 'content-type': 'application/json' }, body: JSON.stringify(json) })
  }

  /**
   * The payload goes first: so the service can refuse it before the sealed bytes have been sent.
   * @throws {Refusal}
   */
  upload<Result>(path: string, payload: object, sealed: Uint8Array<ArrayBuffer>): Promise<Result> {
    const form = new FormData()
    form.append('payload', new Blob([JSON.stringify(payload)], { type: 'application/json' }))
    form.append('backup', new Blob([sealed], { type: 'application/octet-stream' }))
    return this.#send(path, { body: form })
  }

  async #send<Result>(path: string, init: RequestInit): Promise<Result> {
    for (let attempt = 1; ; attempt += 1) {
      const response = await fetch(`${this.#base}${path}`, { ...init, method: 'POST' })
      const text = await response.text()
      if (response.ok) return parse<Result>(text)
      const refusal = new Refusal(response, parse<RefusalJSON>(text))
      if (!refusal.allowRetry || attempt === ATTEMPTS) throw refusal
      const patience = Math.random() * FIRST_PAUSE * 2 ** attempt
      await pause((refusal.retryAfter ?? 0) * 1000 + patience)
    }
  }
}

/** Of an answer without content it makes `undefined`. */
function parse<Result>(text: string): Result {
  return (text === '' ? undefined : JSON.parse(text)) as Result
}
