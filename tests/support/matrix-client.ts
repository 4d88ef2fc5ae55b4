import { once } from 'node:events'
import { Agent, request, type IncomingHttpHeaders, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http'
import { text } from 'node:stream/consumers'
import { violationsOf } from './openapi-responses.ts'

/** What a client was told. */
export interface Answer<Body = AnyBody> {
  readonly status: number
  /** Of a refusal. */
  readonly code: string | undefined
  readonly body: Body
  readonly headers: IncomingHttpHeaders
}

/** Where an answer says which backup it is about, if there is a body and it does. */
export type AnyBody =
  | {
      readonly id?: string
      readonly backupId?: string
      readonly metadata?: { readonly id: string }
      readonly backupMetadata?: { readonly id: string }
    }
  | undefined

/** A challenge and what is sent back with the answer to it. */
export interface ChallengeWithToken {
  /** Base64url without padding, whatever it came in. */
  readonly challenge: string
  readonly token: string
}

type ErrorJson = { readonly error?: { readonly code: string } } | undefined

interface KeypairChallengeJson {
  readonly challenge: string
  readonly token: string
}

interface PasskeyChallengeJson {
  readonly challenge: { readonly publicKey: { readonly challenge: string } }
  readonly token: string
}

export interface AddFactorChallengesJson {
  readonly existingFactorChallenge: string
  readonly existingFactorToken: string
  readonly newFactorChallenge: string | { readonly publicKey: { readonly challenge: string } }
  readonly newFactorToken: string
}

/** Both challenges of an announcement. */
export interface AnnouncedChallenges {
  readonly existing: ChallengeWithToken
  readonly fresh: ChallengeWithToken
}

const MAX_CONNECTIONS = 20
const BOUNDARY = 'ten-ticks-and-a-line'

/** Speaks the contract over HTTP. Every answer that openapi.yaml knows is handed out, also a refusal. */
export class MatrixClient {
  readonly url: string
  readonly #agent = new Agent({ keepAlive: true, maxSockets: MAX_CONNECTIONS })

  constructor(url: string) {
    this.url = url
  }

  /** Lets its connections go. */
  close(): void {
    this.#agent.destroy()
  }

  /** @param path below `/v1` */
  post<Body = AnyBody>(path: string, json: unknown, headers: Readonly<Record<string, string>> = {}) {
    return this.#send<Body>(path, JSON.stringify(json), { 'content-type': 'application/json', ...headers })
  }

  /** A multipart request of a payload and sealed bytes. */
  upload<Body = AnyBody>(path: string, payload: unknown, backup: Uint8Array) {
    const body = Buffer.concat([
      Buffer.from(
        `--${BOUNDARY}\r\ncontent-disposition: form-data; name="payload"\r\ncontent-type: application/json\r\n\r\n` +
          `${JSON.stringify(payload)}\r\n--${BOUNDARY}\r\ncontent-disposition: form-data; name="backup"; ` +
          'filename="backup"\r\ncontent-type: application/octet-stream\r\n\r\n',
      ),
      backup,
      Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
    ])
    return this.#send<Body>(path, body, { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` })
  }

  /** @param parameters what the operation wants to know before */
  async keypairChallenge(operation: string, parameters: object = {}): Promise<ChallengeWithToken> {
    const { challenge, token } = accepted(
      await this.post<KeypairChallengeJson>(`/${operation}/challenge/keypair`, parameters),
    )
    return { challenge: base64url(challenge), token }
  }

  async passkeyChallenge(operation: string): Promise<ChallengeWithToken> {
    const parameters = operation === 'create' ? { name: 'somebody', displayName: 'Some Body', platform: 'IOS' } : {}
    const { challenge, token } = accepted(
      await this.post<PasskeyChallengeJson>(`/${operation}/challenge/passkey`, parameters),
    )
    return { challenge: challenge.publicKey.challenge, token }
  }

  async announce(newFactor: object): Promise<AnnouncedChallenges> {
    const answer = accepted(await this.post<AddFactorChallengesJson>('/add-factor/challenge', { newFactor }))
    const { newFactorChallenge: fresh } = answer
    return {
      existing: { challenge: base64url(answer.existingFactorChallenge), token: answer.existingFactorToken },
      fresh: {
        challenge: typeof fresh === 'string' ? base64url(fresh) : fresh.publicKey.challenge,
        token: answer.newFactorToken,
      },
    }
  }

  /** Not by `fetch`, which takes longer than the service itself. */
  async #send<Body>(path: string, body: string | Uint8Array, headers: OutgoingHttpHeaders): Promise<Answer<Body>> {
    const outgoing = request(`${this.url}/v1${path}`, { method: 'POST', agent: this.#agent, headers })
    outgoing.end(body)
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
    const content = await text(response)
    const { statusCode: status = 0, headers: received } = response
    const violations = violationsOf('POST', `/v1${path}`, { status, headers: headersOf(response), text: content })
    if (violations.length > 0) throw new Error(`${path} answered against openapi.yaml: ${violations.join('; ')}`)
    const json = (content === '' ? undefined : JSON.parse(content)) as Body & ErrorJson
    return { status, code: json?.error?.code, body: json, headers: received }
  }
}

/** The status, and of a refusal its code. */
export function outcomeOf({ status, code }: Answer<unknown>): string {
  return code === undefined ? String(status) : `${status} ${code}`
}

/** The body of an answer that is no refusal. */
export function accepted<Body>(answer: Answer<Body>): Body {
  if (answer.code !== undefined || answer.status >= 300) throw new Error(`answered ${outcomeOf(answer)}`)
  return answer.body
}

function headersOf({ headersDistinct }: IncomingMessage): Headers {
  return new Headers(
    Object.entries(headersDistinct).flatMap(([name, values = []]) =>
      values.map((value): [string, string] => [name, value]),
    ),
  )
}

function base64url(base64: string): string {
  return Buffer.from(base64, 'base64').toString('base64url')
}
