import { createHmac } from 'node:crypto'
import type { OpenedToken, TokenPurpose, TokenSealer, TokenToSeal } from '../../../../application/ports/token-sealer.ts'

/**
 * Tokens as JSON and its HMAC. The shipped sealer works in the thread pool of WebCrypto, whose tasks end in any order; this
 * one answers within the turn, so that the seed alone decides what comes first. It hides nothing, which nobody here needs.
 */
export class KeyedTokenSealer implements TokenSealer {
  readonly #key: string

  constructor(key: string) {
    this.#key = key
  }

  async seal(token: TokenToSeal): Promise<string> {
    const claims = Buffer.from(JSON.stringify(token)).toString('base64url')
    return `${claims}.${this.#mac(claims)}`
  }

  async open(purpose: TokenPurpose, token: string, at: number): Promise<OpenedToken> {
    const [claims = '', mac] = token.split('.')
    if (mac !== this.#mac(claims)) return { outcome: 'invalid' }
    const sealed = parseToken(claims)
    if (sealed.purpose !== purpose) return { outcome: 'invalid' }
    if (sealed.expiresAt <= at) return { outcome: 'expired' }
    return { outcome: 'valid', id: sealed.id, expiresAt: sealed.expiresAt, statement: sealed.statement }
  }

  #mac(claims: string): string {
    return createHmac('sha256', this.#key).update(claims).digest('base64url')
  }
}

/** Only called for what was sealed here. */
function parseToken(claims: string): TokenToSeal {
  return JSON.parse(Buffer.from(claims, 'base64url').toString()) as TokenToSeal
}
