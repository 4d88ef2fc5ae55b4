import { violationsOf } from './openapi-responses.ts'

export interface HttpRequest {
  /** POST where absent. */
  readonly method?: string
  /** With the query, if there is one. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  /** An iterable is sent in chunks, without a content length. */
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>
}

/** A response that is as openapi.yaml says. */
export interface Answer<Body = unknown> {
  readonly status: number
  /** The status, and of a refusal its code: `200`, `400 jwt_error`. */
  readonly outcome: string
  readonly headers: Headers
  /** The JSON, `undefined` where there is none. */
  readonly body: Body
  readonly text: string
}

/** A request and what came of it. */
export interface Exchange {
  readonly request: HttpRequest
  readonly answer: Answer
}

/** Sends requests as they are told, and takes no response that the contract does not know. */
export class HttpClient {
  readonly url: string
  /** All that went either way, for those who search it. */
  readonly transcript: Exchange[] | undefined

  constructor(url: string, { recording = false }: { readonly recording?: boolean } = {}) {
    this.url = url
    this.transcript = recording ? [] : undefined
  }

  /** @throws {Error} saying in what the response differs from openapi.yaml */
  async send<Body = unknown>(request: HttpRequest): Promise<Answer<Body>> {
    const { method = 'POST', path, headers = {}, body } = request
    const response = await fetch(this.url + path, {
      method,
      headers,
      redirect: 'manual',
      ...(body !== undefined && { body, duplex: 'half' }),
    })
    const text = await response.text()
    const violations = violationsOf(method, path.split('?')[0] ?? '', {
      status: response.status,
      headers: response.headers,
      text,
    })
    if (violations.length > 0) {
      throw new Error(`${method} ${path}: ${violations.join('; ')} (${response.status} ${text.slice(0, 300)})`)
    }
    const answer = answerOf<Body>(response, text)
    this.transcript?.push({ request, answer })
    return answer
  }

  async post<Body = unknown>(
    path: string,
    json: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer<Body>> {
    return this.send(jsonRequest(path, json, headers))
  }

  /** @returns the body. @throws {Error} unless the request succeeds */
  async succeed<Body = unknown>(request: HttpRequest): Promise<Body> {
    const { status, body, text } = await this.send<Body>(request)
    if (status >= 300) throw new Error(`${request.path} should succeed, and answers ${status} ${text}`)
    return body
  }
}

export function jsonRequest(path: string, json: unknown, headers: Readonly<Record<string, string>> = {}): HttpRequest {
  return { path, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(json) }
}

function answerOf<Body>({ status, headers }: Response, text: string): Answer<Body> {
  const json: unknown = headers.get('content-type')?.startsWith('application/json') === true ? parsed(text) : undefined
  // The checks by openapi.yaml are what makes this true.
  return { status, outcome: outcomeOf(status, json), headers, body: json as Body, text }
}

function parsed(text: string): unknown {
  return text === '' ? undefined : JSON.parse(text)
}

/** See {@link Answer.outcome}. */
export function outcomeOf(status: number, json: unknown): string {
  if (status < 400) return String(status)
  const code = (json as { error?: { code?: string } } | undefined)?.error?.code
  return code === undefined ? String(status) : `${status} ${code}`
}
