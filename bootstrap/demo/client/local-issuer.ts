import { generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'

export interface SignInRequest {
  /** Which account the user picks. */
  readonly subject: string
  readonly email: string
  readonly audience: string
  readonly nonce: string
}

/** An OpenID Provider on loopback, in place of Google or Apple: publishes its key and signs ID tokens with it. */
export class LocalIssuer {
  /** `iss` */
  readonly url: string
  readonly jwksUrl: string
  readonly #server: Server
  readonly #kid = randomUUID()
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })

  private constructor(server: Server, port: number) {
    this.url = `http://127.0.0.1:${port}`
    this.jwksUrl = `${this.url}/jwks`
    this.#server = server
    const jwk = { ...this.#keys.publicKey.export({ format: 'jwk' }), kid: this.#kid, alg: 'ES256', use: 'sig' }
    server.on('request', (_request, response) => {
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] }))
    })
  }

  static async start(): Promise<LocalIssuer> {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('the issuer listens on no port')
    return new LocalIssuer(server, address.port)
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    await closed
  }

  /** What comes back from the sign-in page. @returns an ID token, good for five minutes */
  signIn({ subject, email, audience, nonce }: SignInRequest): string {
    const iat = Math.floor(Date.now() / 1000)
    const header = { alg: 'ES256', kid: this.#kid, typ: 'JWT' }
    const claims = { iss: this.url, sub: subject, aud: audience, email, nonce, iat, exp: iat + 300 }
    const input = `${base64url(header)}.${base64url(claims)}`
    const key = { key: this.#keys.privateKey, dsaEncoding: 'ieee-p1363' as const }
    return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`
  }
}

function base64url(json: object): string {
  return Buffer.from(JSON.stringify(json)).toString('base64url')
}
