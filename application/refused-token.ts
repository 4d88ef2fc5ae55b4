import type { OpenedToken } from './ports/token-sealer.ts'

/** Why a token does not count; `not-understood` of one that opens, but was sealed by another release. */
export type TokenFault = Exclude<OpenedToken['outcome'], 'valid'> | 'not-understood'

const REASONS: Readonly<Record<TokenFault, string>> = {
  expired: 'the token has expired',
  invalid: 'the token does not open: it was changed, is of another kind, or is none',
  'not-understood': 'the token opens, but says what this release does not understand',
  'unknown-key': 'the token names a key that is not in CHALLENGE_KEYS',
}

/** The cause of a refusal: tells the operator what the bearer is not told, and nothing of the token. */
export function refusedToken(fault: TokenFault): Error {
  return new Error(REASONS[fault])
}
