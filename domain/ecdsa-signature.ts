import type { Brand } from './brand.ts'
import { DomainError } from './domain-error.ts'

/** A DER ECDSA signature (SEC 1 §C.5, RFC 3279 §2.2.3) of at most 72 bytes, in base64 (RFC 4648 §4) as it came. */
export type EcdsaSignature = Brand<string, 'EcdsaSignature'>

const PADDED_BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)$/
const MAX_CHARACTERS = 96 // 72 bytes

/** @throws {DomainError} `invalid_payload` */
export function parseEcdsaSignature(input: string): EcdsaSignature {
  if (input.length <= MAX_CHARACTERS && PADDED_BASE64.test(input)) return input as EcdsaSignature
  throw new DomainError('invalid_payload', 'a signature is DER of at most 72 bytes in base64')
}
