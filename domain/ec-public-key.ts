import type { Brand } from './brand.ts'
import { DomainError } from './domain-error.ts'

/**
 * A P-256 point in SEC 1 uncompressed form (0x04 and 64 bytes) as canonical base64 (RFC 4648 §4). Canonical, because
 * this text is what a factor is found by: one key must have one spelling. Whether it lies on the curve is for the
 * signature check to say.
 */
export type EcPublicKey = Brand<string, 'EcPublicKey'>

/** 65 bytes: the first is 0x04 (`B` and a character below `Q`), the last character has its two spare bits zero. */
const UNCOMPRESSED_POINT = /^B[A-P][A-Za-z0-9+/]{84}[AEIMQUYcgkosw048]=$/

/** @throws {DomainError} `invalid_payload` */
export function parseEcPublicKey(input: string): EcPublicKey {
  if (UNCOMPRESSED_POINT.test(input)) return input as EcPublicKey
  throw new DomainError('invalid_payload', 'a public key is an uncompressed P-256 point of 65 bytes in base64')
}
