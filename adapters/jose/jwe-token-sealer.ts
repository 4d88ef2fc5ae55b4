import { createSecretKey, type webcrypto } from 'node:crypto'
import { EncryptJWT, errors, jwtDecrypt, type CompactJWEHeaderParameters, type JWTPayload } from 'jose'
import type { OpenedToken, TokenPurpose, TokenSealer, TokenToSeal } from '../../application/ports/token-sealer.ts'
import { isJsonObject } from '../../domain/json.ts'
import { decodeBase64url } from './base64url.ts'
import { keyringFaults, type Keyring } from './keyring.ts'

const ALG = 'dir'
const ENC = 'A256GCM'
const MAX_TOKEN_CHARACTERS = 16 * 1024

/** Explicit typing (RFC 8725 §3.11). The header is authenticated with the rest, so a purpose can't be swapped. */
const TYPES: Readonly<Record<TokenPurpose, string>> = {
  challenge: 'challenge+jwt',
  'sync-factor': 'sync-factor+jwt',
}

/** Tokens as encrypted JWTs: compact JWE (RFC 7516 §7.1), `dir` with A256GCM, the statement a claim of its own. */
export class JweTokenSealer implements TokenSealer {
  readonly #kid: string
  readonly #sealingKey: webcrypto.CryptoKey
  readonly #openingKeys: ReadonlyMap<string, webcrypto.CryptoKey>

  /**
   * Copies the keys to where neither logging nor inspection finds them.
   * @throws {Error} with everything that is wrong with the keyring; no key in the message
   */
  constructor(keyring: Keyring) {
    const [first] = keyring
    const faults = keyringFaults(keyring)
    if (first === undefined || faults.length > 0) throw new Error(`keyring: ${faults.join('; ')}`)
    this.#kid = first.kid
    this.#sealingKey = importKey(first.key)
    this.#openingKeys = new Map(keyring.map(({ kid, key }) => [kid, importKey(key)]))
  }

  /** @throws {RangeError} for a statement so long that its token would not open: a bug in the caller */
  async seal({ purpose, id, issuedAt, expiresAt, statement }: TokenToSeal): Promise<string> {
    const token = await new EncryptJWT({ statement })
      .setProtectedHeader({ alg: ALG, enc: ENC, kid: this.#kid, typ: TYPES[purpose] })
      .setJti(id)
      .setIssuedAt(issuedAt)
      .setExpirationTime(expiresAt)
      .encrypt(this.#sealingKey)
    if (token.length > MAX_TOKEN_CHARACTERS) throw new RangeError('the statement is too long for a token')
    return token
  }

  async open(purpose: TokenPurpose, token: string, at: number): Promise<OpenedToken> {
    if (token.length > MAX_TOKEN_CHARACTERS || !isCanonical(token)) return { outcome: 'invalid' }
    try {
      const { payload } = await jwtDecrypt(token, (header) => this.#openingKey(header), {
        keyManagementAlgorithms: [ALG],
        contentEncryptionAlgorithms: [ENC],
        maxDecompressedLength: 0,
        typ: TYPES[purpose],
        requiredClaims: ['jti', 'iat', 'exp', 'statement'],
        currentDate: new Date(at * 1000),
      })
      return parseClaims(payload)
    } catch (error) {
      // jose looks at the time last, so an expired token is one of ours.
      if (error instanceof errors.JWTExpired) return { outcome: 'expired' }
      return { outcome: error instanceof errors.JWKSNoMatchingKey ? 'unknown-key' : 'invalid' }
    }
  }

  #openingKey({ kid = '' }: CompactJWEHeaderParameters): webcrypto.CryptoKey {
    const key = this.#openingKeys.get(kid)
    if (key === undefined) throw new errors.JWKSNoMatchingKey()
    return key
  }
}

/** Not extractable, and imported once instead of for each token. */
function importKey(key: Uint8Array): webcrypto.CryptoKey {
  return createSecretKey(key).toCryptoKey('AES-GCM', false, ['encrypt', 'decrypt'])
}

/** One token has one spelling: a change of any character makes it another. */
function isCanonical(token: string): boolean {
  return token.split('.').every((part) => decodeBase64url(part) !== undefined)
}

function parseClaims({ jti, exp, statement }: JWTPayload): OpenedToken {
  if (typeof jti !== 'string' || exp === undefined || !isJsonObject(statement)) return { outcome: 'invalid' }
  return { outcome: 'valid', id: jti, expiresAt: exp, statement }
}
