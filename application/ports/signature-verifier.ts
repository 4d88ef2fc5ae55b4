import type { Challenge } from '../challenge.ts'
import type { EcPublicKey } from '../../domain/ec-public-key.ts'
import type { EcdsaSignature } from '../../domain/ecdsa-signature.ts'

/** ECDSA with SHA-256 (FIPS 186-5) over the raw bytes of a challenge. DER signatures; high-S is accepted. */
export interface SignatureVerifier {
  /** @returns also false when the key is not a point on P-256 */
  verifyP256(publicKey: EcPublicKey, challenge: Challenge, signature: EcdsaSignature): Promise<boolean>

  /**
   * @param publicKey a compressed secp256k1 point (SEC 1 §2.3.3), 33 bytes in hex
   * @returns `invalid-key` when it is no such point
   */
  verifySecp256k1(
    publicKey: string,
    challenge: Challenge,
    signature: EcdsaSignature,
  ): Promise<'valid' | 'invalid' | 'invalid-key'>
}
