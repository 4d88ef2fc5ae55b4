import type { webcrypto } from 'node:crypto'
import { decodeJwt, errors, jwtVerify, type CompactJWSHeaderParameters, type JWTPayload } from 'jose'
import type { JwksSource } from './jwks-source.ts'
import type { SignatureAlgorithm } from './verification-keys.ts'

/** How far an issuer's clock may be ahead of ours. */
const LEEWAY_SECONDS = 30

/** What a JWT (RFC 7519) must be to be believed. */
export interface TokenRules {
  readonly keys: JwksSource
  readonly algorithms: readonly SignatureAlgorithm[]
  /** One of these is `iss`. */
  readonly issuers: readonly string[]
  /** How long after `iat` the token serves, if its `exp` is not the limit. */
  readonly maxAgeSeconds?: number
}

/**
 * - `malformed`: not a JWS in compact form with a JSON object in it;
 * - `untrusted`: by algorithm, key or signature, or too old;
 * - `claim`: a claim is missing or wrong.
 */
export type TokenFault = 'malformed' | 'untrusted' | 'claim'

/** Why a token is not believed. Holds nothing of the token, so that it can be logged. */
export class TokenRefused extends Error {
  readonly fault: TokenFault

  /** @param reason a code or the name of a claim, never a value */
  constructor(fault: TokenFault, reason: string) {
    super(`token refused: ${reason}`)
    this.name = 'TokenRefused'
    this.fault = fault
  }
}

/**
 * The claims of a signed token after the checks that every token needs: signature, `iss`, `exp`, `iat`, and `nbf` if
 * there is one. The issuer's clock has 30 s of leeway, but for `exp`.
 * @param now seconds since the epoch
 * @throws {TokenRefused}
 * @throws {IssuerUnavailable} when the issuer's keys cannot be had
 */
export async function verifySignedToken(token: string, rules: TokenRules, now: number): Promise<JWTPayload> {
  const { keys, algorithms, issuers, maxAgeSeconds = Infinity } = rules
  const payload = await refuseByJose(async () => {
    decodeJwt(token) // else unreadable claims would pass as a bad signature
    const verified = await jwtVerify(token, (header) => findKey(keys, header), {
      algorithms: [...algorithms],
      issuer: [...issuers],
      requiredClaims: ['iat', 'exp'],
      currentDate: new Date(now * 1000),
      clockTolerance: LEEWAY_SECONDS,
    })
    return verified.payload
  })
  const { iat, exp } = payload
  if (exp === undefined || exp <= now) throw new TokenRefused('untrusted', 'exp')
  if (iat === undefined || iat > now + LEEWAY_SECONDS) throw new TokenRefused('claim', 'iat')
  if (iat < now - maxAgeSeconds) throw new TokenRefused('untrusted', 'iat')
  return payload
}

/**
 * A token for several audiences can be replayed by one of them at another, so it must name exactly one.
 * @returns `undefined` for none or several
 */
export function singleAudience({ aud }: JWTPayload): string | undefined {
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  const [audience] = audiences
  return audiences.length === 1 && typeof audience === 'string' ? audience : undefined
}

/** `kid` is optional in RFC 7515 §4.1.4, not here: without it every key would have to be tried. */
async function findKey(keys: JwksSource, { alg, kid }: CompactJWSHeaderParameters): Promise<webcrypto.CryptoKey> {
  const key = typeof kid === 'string' ? await keys.find(alg, kid) : undefined
  if (key === undefined) throw new errors.JWKSNoMatchingKey()
  return key
}

/** jose's errors carry the claims, or a piece of them: they end here, not even as a cause. */
async function refuseByJose<Result>(verify: () => Promise<Result>): Promise<Result> {
  try {
    return await verify()
  } catch (error) {
    if (error instanceof errors.JWTClaimValidationFailed) throw new TokenRefused('claim', error.claim)
    if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) {
      throw new TokenRefused('malformed', error.code)
    }
    if (error instanceof errors.JOSEError) throw new TokenRefused('untrusted', error.code)
    throw error
  }
}
