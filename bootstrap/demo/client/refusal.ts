/** The body of every answer that is not 2xx. */
export interface RefusalJSON {
  readonly allowRetry: boolean
  readonly error: { readonly code: string; readonly message: string }
}

/** Whether it comes from the service; a proxy may well answer something else. */
export function isRefusalJSON(json: unknown): json is RefusalJSON {
  const { allowRetry, error } = (json ?? {}) as Partial<RefusalJSON>
  return typeof allowRetry === 'boolean' && typeof error?.code === 'string' && typeof error.message === 'string'
}

/** The service said no. Programs look at `code`, which is stable; the message is for logs. */
export class Refusal extends Error {
  readonly status: number
  readonly code: string
  /** Whether the very same request can succeed a little later. */
  readonly allowRetry: boolean
  /** Seconds to wait before that, where the service said so. */
  readonly retryAfter: number | undefined
  /** What to quote to the operator. */
  readonly requestId: string | null

  constructor({ status, headers }: Response, { allowRetry, error }: RefusalJSON) {
    super(`${status} ${error.code}: ${error.message}`)
    this.name = 'Refusal'
    this.status = status
    this.code = error.code
    this.allowRetry = allowRetry
    this.retryAfter = headers.has('retry-after') ? Number(headers.get('retry-after')) : undefined
    this.requestId = headers.get('x-request-id')
  }
}
