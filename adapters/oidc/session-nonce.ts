import { createHash } from 'node:crypto'
import type { EcPublicKey } from '../../domain/ec-public-key.ts'

/**
 * The `nonce` that binds an ID token to a session key: the SHA-256 of the text, not of the bytes, of the compressed key
 * (SEC 1 §2.3.3) in lower-case hex; itself in lower-case hex. Whether the key is on the curve makes no difference here.
 */
export function sessionNonce(sessionKey: EcPublicKey): string {
  const point = Buffer.from(sessionKey, 'base64')
  const parity = point.readUInt8(point.length - 1) & 1
  const compressed = `0${2 + parity}${point.toString('hex', 1, 33)}`
  return createHash('sha256').update(compressed).digest('hex')
}
