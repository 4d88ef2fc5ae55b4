import { createPublicKey, verify, type KeyObject } from 'node:crypto'
import type { Challenge } from '../../application/challenge.ts'
import type { SignatureVerifier } from '../../application/ports/signature-verifier.ts'
import type { EcPublicKey } from '../../domain/ec-public-key.ts'
import type { EcdsaSignature } from '../../domain/ecdsa-signature.ts'

/** SubjectPublicKeyInfo (RFC 5480 §2) up to the point, which makes it whole: prime256v1, uncompressed. */
const P256_PREFIX = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex')
/** The same for secp256k1, compressed. */
const SECP256K1_PREFIX = Buffer.from('3036301006072a8648ce3d020106052b8104000a032200', 'hex')

const COMPRESSED_POINT = /^0[23][0-9a-f]{64}$/i

/**
 * OpenSSL's ECDSA. It decompresses points, checks that they lie on the curve, and refuses every encoding of a signature
 * that is not DER. Keys are not cached: importing one costs less than verifying with it, and few come twice.
 */
export class NodeSignatureVerifier implements SignatureVerifier {
  async verifyP256(publicKey: EcPublicKey, challenge: Challenge, signature: EcdsaSignature): Promise<boolean> {
    const key = importKey(P256_PREFIX, Buffer.from(publicKey, 'base64'))
    return key !== undefined && isSignedBy(key, challenge, signature)
  }

  async verifySecp256k1(
    publicKey: string,
    challenge: Challenge,
    signature: EcdsaSignature,
  ): Promise<'valid' | 'invalid' | 'invalid-key'> {
    if (!COMPRESSED_POINT.test(publicKey)) return 'invalid-key'
    const key = importKey(SECP256K1_PREFIX, Buffer.from(publicKey, 'hex'))
    if (key === undefined) return 'invalid-key'
    return isSignedBy(key, challenge, signature) ? 'valid' : 'invalid'
  }
}

/** @returns `undefined` for what is no point of the curve */
function importKey(prefix: Buffer, point: Buffer): KeyObject | undefined {
  try {
    return createPublicKey({ key: Buffer.concat([prefix, point]), format: 'der', type: 'spki' })
  } catch {
    // Of all that this call is given only the point varies, so nothing else can be at fault.
    return undefined
  }
}

function isSignedBy(key: KeyObject, challenge: Challenge, signature: EcdsaSignature): boolean {
  const bytes = Buffer.from(challenge, 'base64url')
  return verify('sha256', bytes, { key, dsaEncoding: 'der' }, Buffer.from(signature, 'base64'))
}
