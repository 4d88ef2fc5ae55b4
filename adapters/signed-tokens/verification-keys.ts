import type { webcrypto } from 'node:crypto'
import { importJWK } from 'jose'
import { isJsonObject, type JsonObject } from '../../domain/json.ts'

/** The signature algorithms that tokens may use here (RFC 7518 §3.1). */
export type SignatureAlgorithm = 'ES256' | 'RS256'

/** Public keys by `keyName`, each ready for one algorithm. */
export type VerificationKeys = ReadonlyMap<string, webcrypto.CryptoKey>

/** A `kid` alone does not name a key: RFC 7517 §4.5 lets keys of different types share one. */
export function keyName(algorithm: string, kid: string): string {
  return `${algorithm} ${kid}`
}

const MIN_RSA_BITS = 2048

/**
 * The keys of a JWK Set (RFC 7517 §5) that can verify our algorithms and have a `kid`. Others are passed over, as §5
 * wants it: an issuer may publish keys of kinds that we do not know.
 * @param jwks from `JSON.parse`
 * @throws {Error} when it is no JWK Set, or there is no such key in it
 */
export async function importVerificationKeys(jwks: unknown): Promise<VerificationKeys> {
  if (!isJsonObject(jwks) || !Array.isArray(jwks.keys)) throw new Error('not a JWK Set')
  const entries = await Promise.all(jwks.keys.map(importEntry))
  const keys = new Map(entries.filter((entry) => entry !== undefined))
  // Taken as an accident of the issuer: believing it would refuse everyone.
  if (keys.size === 0) throw new Error('no usable key in the JWK Set')
  return keys
}

async function importEntry(jwk: unknown): Promise<[string, webcrypto.CryptoKey] | undefined> {
  if (!isJsonObject(jwk) || !isForVerification(jwk)) return undefined
  const { kid, alg } = jwk
  const known = ellipticCurveKey(jwk) ?? rsaKey(jwk)
  if (known === undefined || typeof kid !== 'string' || (alg !== undefined && alg !== known.algorithm)) return undefined
  try {
    const key = await importJWK(known.jwk, known.algorithm)
    return isStrongEnough(key) ? [keyName(known.algorithm, kid), key] : undefined
  } catch {
    return undefined // not a point of the curve, not base64url
  }
}

/** RFC 7517 §4.2 and §4.3; a key whose private part is public proves nothing. */
function isForVerification({ use, key_ops: operations, d }: JsonObject): boolean {
  if (use !== undefined && use !== 'sig') return false
  return d === undefined && (operations === undefined || (Array.isArray(operations) && operations.includes('verify')))
}

interface KnownKey {
  readonly algorithm: SignatureAlgorithm
  /** Nothing but the members that make the public key. */
  readonly jwk:
    | { readonly kty: 'EC'; readonly crv: string; readonly x: string; readonly y: string }
    | { readonly kty: 'RSA'; readonly n: string; readonly e: string }
}

function ellipticCurveKey({ kty, crv, x, y }: JsonObject): KnownKey | undefined {
  if (kty !== 'EC' || crv !== 'P-256' || typeof x !== 'string' || typeof y !== 'string') return undefined
  return { algorithm: 'ES256', jwk: { kty, crv, x, y } }
}

function rsaKey({ kty, n, e }: JsonObject): KnownKey | undefined {
  if (kty !== 'RSA' || typeof n !== 'string' || typeof e !== 'string') return undefined
  return { algorithm: 'RS256', jwk: { kty, n, e } }
}

function isStrongEnough({ algorithm }: webcrypto.CryptoKey): boolean {
  const bits = 'modulusLength' in algorithm ? algorithm.modulusLength : MIN_RSA_BITS
  return typeof bits === 'number' && bits >= MIN_RSA_BITS
}
