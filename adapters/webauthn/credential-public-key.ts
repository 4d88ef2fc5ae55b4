import { createPublicKey, type JsonWebKey } from 'node:crypto'
import { cose, decodeCredentialPublicKey } from '@simplewebauthn/server/helpers'
import { CeremonyFault } from './ceremony-fault.ts'

const { COSEALG, COSECRV, COSEKEYS } = cose

/** By preference: ES256 is what every platform has and what Turnkey accepts too. */
export const SUPPORTED_ALGORITHMS = [COSEALG.ES256, COSEALG.RS256, COSEALG.EdDSA]

const COORDINATE_BYTES = 32
/** RFC 8812 §2 sets the lower bound; no authenticator makes keys beyond the upper one. */
const RSA_MODULUS_BITS = { min: 2048, max: 4096 }
/** Keys have 65537 or 3. OpenSSL is slow with long ones, and by a modulus beyond 3072 bits refuses those beyond 64 bits. */
const MAX_RSA_EXPONENT = 2n ** 32n - 1n

/**
 * That this COSE_Key (RFC 9052 §7) can verify signatures of the algorithm it names (WebAuthn Level 3 §5.8.5).
 * SimpleWebAuthn reads no more than that name at registration; the rest would surface when the user wants the backup
 * back.
 * @throws {CeremonyFault} or whatever a library throws
 */
export function requireUsableKey(publicKey: Uint8Array<ArrayBuffer>): void {
  const key = createPublicKey({ format: 'jwk', key: toJwk(decodeCredentialPublicKey(publicKey)) })
  const { modulusLength, publicExponent } = key.asymmetricKeyDetails ?? {}
  if (modulusLength === undefined || publicExponent === undefined) return
  if (modulusLength < RSA_MODULUS_BITS.min || modulusLength > RSA_MODULUS_BITS.max) {
    throw new CeremonyFault(`An RSA key of ${modulusLength} bits is not accepted`)
  }
  // RFC 8017 §3.1. An even one is what remains of a key that was cut short: the CBOR decoder does not object.
  if (publicExponent < 3n || publicExponent % 2n === 0n) throw new CeremonyFault('The RSA exponent is none')
  if (publicExponent > MAX_RSA_EXPONENT) throw new CeremonyFault('The RSA exponent is too large')
}

/** Whether signatures by this key are ECDSA ones, which come DER encoded (WebAuthn Level 3 §6.5.5). */
export function signsWithEcdsa(publicKey: Uint8Array<ArrayBuffer>): boolean {
  return cose.isCOSEPublicKeyEC2(decodeCredentialPublicKey(publicKey))
}

function toJwk(key: cose.COSEPublicKey): JsonWebKey {
  const algorithm = key.get(COSEKEYS.alg)
  if (algorithm === COSEALG.ES256 && cose.isCOSEPublicKeyEC2(key) && key.get(COSEKEYS.crv) === COSECRV.P256) {
    return { kty: 'EC', crv: 'P-256', x: coordinate(key.get(COSEKEYS.x)), y: coordinate(key.get(COSEKEYS.y)) }
  }
  if (algorithm === COSEALG.EdDSA && cose.isCOSEPublicKeyOKP(key) && key.get(COSEKEYS.crv) === COSECRV.ED25519) {
    return { kty: 'OKP', crv: 'Ed25519', x: coordinate(key.get(COSEKEYS.x)) }
  }
  if (algorithm === COSEALG.RS256 && cose.isCOSEPublicKeyRSA(key)) {
    return { kty: 'RSA', n: base64url(key.get(COSEKEYS.n)), e: base64url(key.get(COSEKEYS.e)) }
  }
  throw new CeremonyFault('The key type or curve does not fit the algorithm')
}

function coordinate(value: Uint8Array | undefined): string {
  if (value?.length !== COORDINATE_BYTES) throw new CeremonyFault(`A coordinate is not ${COORDINATE_BYTES} bytes`)
  return base64url(value)
}

/** The type is the vendor's promise; what the authenticator encoded may be anything. */
function base64url(value: unknown): string {
  if (!(value instanceof Uint8Array)) throw new CeremonyFault('A member of the key is no byte string')
  return Buffer.from(value).toString('base64url')
}
