import type { Brand } from './brand.ts'
import { DomainError } from './domain-error.ts'
import { normalizeHex } from './hex.ts'

/** The client's hash of its own manifest, 32 bytes in lower-case hex: names the state a sync starts from and leads to. */
export type ManifestHash = Brand<string, 'ManifestHash'>

/** @throws {DomainError} `invalid_payload` */
export function parseManifestHash(input: string): ManifestHash {
  const hex = normalizeHex(input, 32)
  if (hex !== undefined) return hex as ManifestHash
  throw new DomainError('invalid_payload', 'a manifest hash is 32 bytes in hex')
}
