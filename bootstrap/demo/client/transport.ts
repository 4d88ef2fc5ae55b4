import { setTimeout as pause } from 'node:timers/promises'
import { ForeignAnswer } from './foreign-answer.ts'
import { isRefusalJSON, Refusal } from './refusal.ts'

const ATTEMPTS = 4
const FIRST_PAUSE = 200 // milliseconds; doubles each time

/**
 * POST over fetch. Repeats a request exactly where the service says that the same one can succeed later. After
 * `unavailable` it may have had its effect already, which it never has twice: then the last answer can be a refusal that
 * is the echo of that. A request without an answer of the service is not repeated. In both cases only the caller knows how to
 * find out what happened.
 */
export class Transport {
  readonly #base: string

  /** @param url of the service, as `http://127.0.0.1:8000` */
  constructor(url: string) {
    this.#base = new URL('/v1', url).href
  }

  /** @throws {Refusal | ForeignAnswer | TypeError} the last where no answer came, as of fetch */
  post<Result>(path: string, json: object = {}): Promise<Result> {
    return this.#send(path, { headers: { 'content-type': 'application/json' }, body: JSON.stringify(json) })
  }

  /**
   * The payload goes first: so the service can refuse it before the sealed bytes have been sent.
   * @throws {Refusal | ForeignAnswer | TypeError} as `post`
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
      const json = parse(await response.text())
      if (json === NOT_JSON) throw new ForeignAnswer(response)
      if (response.ok) return json as Result
      if (!isRefusalJSON(json)) throw new ForeignAnswer(response)
      const refusal = new Refusal(response, json)
      if (!refusal.allowRetry || attempt === ATTEMPTS) throw refusal
      const patience = Math.random() * FIRST_PAUSE * 2 ** attempt
      await pause((refusal.retryAfter ?? 0) * 1000 + patience)
    }
  }
}

const NOT_JSON = Symbol('not JSON')

/** Of an answer without content it makes `undefined`. */
function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return NOT_JSON
  }
}
