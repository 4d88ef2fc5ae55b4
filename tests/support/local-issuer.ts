import { createHash, ECDH, generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'

/**
 * What the JWKS endpoint does with a request:
 * - `keys`: answers as it should; `held`: the same, but not before `release()`;
 * - `down`: closes the connection; `error`: 503; `redirect`: 302 to where the keys are; `garbage`: 200, not JSON;
 * - `no-keys`: an empty JWK Set; `oversized`: the keys after a megabyte of white space; `endless`: never a whole body.
 */
export type JwksAnswer =
  'keys' | 'held' | 'down' | 'error' | 'redirect' | 'garbage' | 'no-keys' | 'oversized' | 'endless'

type Claims = Readonly<Record<string, unknown>>

/** Changes to a token that is otherwise valid; `undefined` takes a member away. */
export interface TokenEdits {
  readonly header?: Claims
  readonly claims?: Claims
  /** Signs instead of the newest published key. */
  readonly key?: IssuerKey
}

export interface IdTokenOptions extends TokenEdits {
  /** The session key: base64 of the uncompressed point. */
  readonly sessionKey: string
  readonly audience: string
  /** Seconds since the epoch; the system's time where absent. */
  readonly now?: number
}

export interface AttestationTokenOptions extends TokenEdits {
  readonly audience: string
  readonly request: { readonly method: string; readonly path: string; readonly body: unknown }
  readonly now?: number
}

/** A signing key and what is published of it. */
export class IssuerKey {
  readonly kid = randomUUID()
  readonly algorithm: 'ES256' | 'RS256'
  readonly publicKey: KeyObject
  readonly #privateKey: KeyObject

  constructor(algorithm: 'ES256' | 'RS256' = 'ES256') {
    this.algorithm = algorithm
    const { publicKey, privateKey } =
      algorithm === 'ES256'
        ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
        : generateKeyPairSync('rsa', { modulusLength: 2048 })
    this.publicKey = publicKey
    this.#privateKey = privateKey
  }

  jwk(): Claims {
    return { ...this.publicKey.export({ format: 'jwk' }), kid: this.kid, alg: this.algorithm, use: 'sig' }
  }

  /** A compact JWS (RFC 7515 §7.1) of whatever header and payload. */
  sign(header: Claims, payload: unknown): string {
    const input = `${base64url(JSON.stringify(header))}.${base64url(JSON.stringify(payload))}`
    const signature = sign('sha256', Buffer.from(input), { key: this.#privateKey, dsaEncoding: 'ieee-p1363' })
    return `${input}.${signature.toString('base64url')}`
  }
}

/** An OpenID Provider or attestation gateway on loopback: a JWKS endpoint, and tokens signed by its keys. */
export class LocalIssuer {
  /** `iss` */
  readonly name: string
  readonly jwksUrl: URL
  answer: JwksAnswer = 'keys'
  /** Requests to the JWKS endpoint so far. */
  fetches = 0
  /** Requests to where the redirect points to. */
  redirected = 0
  /** What is published, the newest last. May hold anything, also what is no key. */
  jwks: unknown[] = []
  #signingKey = new IssuerKey()
  readonly #server: Server
  readonly #held = new Set<() => void>()

  private constructor(server: Server, port: number) {
    this.#server = server
    this.name = `http://127.0.0.1:${port}`
    this.jwksUrl = new URL('/jwks', this.name)
    this.jwks.push(this.#signingKey.jwk())
    server.on('request', (request, response) => {
      if (request.url === '/moved') this.#answerMoved(response)
      else this.#answer(response)
    })
  }

  static async start(): Promise<LocalIssuer> {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('listens on no port')
    return new LocalIssuer(server, address.port)
  }

  async stop(): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }

  /** The key that signs. */
  get key(): IssuerKey {
    return this.#signingKey
  }

  /** Publishes another key, which signs from now on. */
  addKey(key: IssuerKey = new IssuerKey()): IssuerKey {
    this.jwks.push(key.jwk())
    this.#signingKey = key
    return key
  }

  /** Like `addKey`, and the keys until now are withdrawn. */
  rotate(): IssuerKey {
    this.jwks = []
    return this.addKey()
  }

  /** Answers all that is held, and holds no more. */
  release(answer: JwksAnswer = 'keys'): void {
    this.answer = answer
    for (const respond of this.#held) respond()
    this.#held.clear()
  }

  /** Valid for five minutes. */
  idToken({ sessionKey, audience, now = systemSeconds(), ...edits }: IdTokenOptions): string {
    return this.#sign(edits, {
      iss: this.name,
      sub: '110169484474386276334',
      aud: audience,
      email: 'somebody@example.com',
      nonce: sessionNonce(sessionKey),
      iat: now,
      exp: now + 300,
    })
  }

  /** Valid for five minutes, for that request alone. */
  attestationToken({ audience, request, now = systemSeconds(), ...edits }: AttestationTokenOptions): string {
    return this.#sign(edits, {
      iss: this.name,
      aud: audience,
      pass: true,
      jti: requestHash(request),
      iat: now,
      exp: now + 300,
    })
  }

  #sign({ header, claims, key = this.#signingKey }: TokenEdits, payload: Claims): string {
    return key.sign({ alg: key.algorithm, kid: key.kid, typ: 'JWT', ...header }, { ...payload, ...claims })
  }

  #answer(response: ServerResponse): void {
    this.fetches += 1
    if (this.answer === 'held') this.#held.add(() => this.#respond(response))
    else this.#respond(response)
  }

  #answerMoved(response: ServerResponse): void {
    this.redirected += 1
    sendJson(response, { keys: this.jwks })
  }

  #respond(response: ServerResponse): void {
    switch (this.answer) {
      case 'keys':
      case 'held':
        sendJson(response, { keys: this.jwks })
        break
      case 'no-keys':
        sendJson(response, { keys: [] })
        break
      case 'down':
        response.destroy()
        break
      case 'error':
        response.writeHead(503).end()
        break
      case 'redirect':
        response.writeHead(302, { location: '/moved' }).end()
        break
      case 'garbage':
        response.end('<!doctype html>')
        break
      case 'oversized':
        response.end(' '.repeat(1024 * 1024) + JSON.stringify({ keys: this.jwks }))
        break
      case 'endless':
        response.write('{"keys":[')
    }
  }
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.setHeader('content-type', 'application/json').end(JSON.stringify(value))
}

/** Written without the service's code: where the two differ, one is wrong. */
function sessionNonce(publicKey: string): string {
  return sha256(ECDH.convertKey(publicKey, 'prime256v1', 'base64', 'hex', 'compressed').toString())
}

/** Good for bodies of everyday names and numbers: `JSON.stringify` puts names that are integers first. */
function requestHash({ body, method, path }: AttestationTokenOptions['request']): string {
  return sha256(
    JSON.stringify({ body, method, pathUri: path }, (_name, value: unknown) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
      const members: [string, unknown][] = Object.entries(value)
      return Object.fromEntries(members.filter(([, member]) => member !== null).sort())
    }),
  )
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function base64url(text: string): string {
  return Buffer.from(text).toString('base64url')
}

function systemSeconds(): number {
  return Math.floor(Date.now() / 1000)
}
