import type { JsonObject } from '../../domain/json.ts'

/** What a token is for. A token sealed for one purpose never opens for the other. */
export type TokenPurpose = 'challenge' | 'sync-factor'

export interface TokenToSeal {
  readonly purpose: TokenPurpose
  /** A UUID, unique to this token (`jti`, RFC 7519 §4.1.7). */
  readonly id: string
  /** Seconds since the epoch (`iat`). */
  readonly issuedAt: number
  /** Seconds since the epoch (`exp`). */
  readonly expiresAt: number
  /** What the token says; encrypted, so it may name factors and accounts. */
  readonly statement: JsonObject
}

/**
 * `unknown-key` is what a token is whose key is none of ours, or not any longer; `invalid` covers everything else that is
 * not ours. Not for the bearer to be told apart.
 */
export type OpenedToken =
  | { readonly outcome: 'valid'; readonly id: string; readonly expiresAt: number; readonly statement: JsonObject }
  | { readonly outcome: 'expired' }
  | { readonly outcome: 'invalid' }
  | { readonly outcome: 'unknown-key' }

/** Stateless tokens that only this service can make and read, opaque to the client. */
export interface TokenSealer {
  seal(token: TokenToSeal): Promise<string>

  /** @param at seconds since the epoch; a token is expired from `expiresAt` on. Never throws for a bad token. */
  open(purpose: TokenPurpose, token: string, at: number): Promise<OpenedToken>
}
