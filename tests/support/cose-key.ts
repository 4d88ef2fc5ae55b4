import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { Cbor, CborMap } from './cbor.ts'

export type Algorithm = 'ES256' | 'RS256' | 'EdDSA'

/** IANA COSE Algorithms. */
export const COSE_ALGORITHM = { ES256: -7, EdDSA: -8, RS256: -257 } as const

export function generateKeyPair(algorithm: Algorithm): { privateKey: KeyObject; publicKey: KeyObject } {
  switch (algorithm) {
    case 'ES256':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' })
    case 'EdDSA':
      return generateKeyPairSync('ed25519')
    case 'RS256':
      return generateKeyPairSync('rsa', { modulusLength: 2048 })
  }
}

/** A COSE_Key (RFC 9053 §7): key type (1), algorithm (3), then what that type of key has. */
export function toCoseKey(algorithm: Algorithm, key: KeyObject): CborMap {
  const { x = '', y = '', n = '', e = '' } = key.export({ format: 'jwk' })
  const common = (keyType: number): [number, Cbor][] => [
    [1, keyType],
    [3, COSE_ALGORITHM[algorithm]],
  ]
  switch (algorithm) {
    case 'ES256':
      return new Map([...common(2), [-1, 1], [-2, bytes(x)], [-3, bytes(y)]])
    case 'EdDSA':
      return new Map([...common(1), [-1, 6], [-2, bytes(x)]])
    case 'RS256':
      return new Map([...common(3), [-1, bytes(n)], [-2, bytes(e)]])
  }
}

function bytes(text: string): Uint8Array {
  return Buffer.from(text, 'base64url')
}
