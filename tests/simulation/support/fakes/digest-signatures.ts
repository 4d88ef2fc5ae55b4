import { createHash } from 'node:crypto'
import type { Challenge } from '../../../../application/challenge.ts'
import type { SignatureVerifier } from '../../../../application/ports/signature-verifier.ts'
import type { EcPublicKey } from '../../../../domain/ec-public-key.ts'
import { parseEcdsaSignature, type EcdsaSignature } from '../../../../domain/ecdsa-signature.ts'

/** What the holder of `publicKey` makes of a challenge. Anybody could, but nobody in a simulation forges. */
export function digestSignature(publicKey: string, challenge: Challenge): EcdsaSignature {
  return parseEcdsaSignature(createHash('sha256').update(`${publicKey} ${challenge}`).digest('base64'))
}

/** Signatures that are digests: ECDSA signatures are drawn from the system's randomness, which no seed decides. */
export class DigestSignatureVerifier implements SignatureVerifier {
  async verifyP256(publicKey: EcPublicKey, challenge: Challenge, signature: EcdsaSignature): Promise<boolean> {
    return signature === digestSignature(publicKey, challenge)
  }

  async verifySecp256k1(
    publicKey: string,
    challenge: Challenge,
    signature: EcdsaSignature,
  ): Promise<'valid' | 'invalid' | 'invalid-key'> {
    return signature === digestSignature(publicKey, challenge) ? 'valid' : 'invalid'
  }
}
