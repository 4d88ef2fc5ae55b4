import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const ALGORITHM = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** @returns nonce, ciphertext and tag in one */
export function sealBytes(plaintext: Uint8Array, key: Uint8Array, associatedData = ''): Buffer<ArrayBuffer> {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(Buffer.from(associatedData))
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
}

/** @throws {Error} unless key, bytes and associated data are those of the sealing */
export function openBytes(sealed: Uint8Array, key: Uint8Array, associatedData = ''): Buffer<ArrayBuffer> {
  const nonce = sealed.subarray(0, NONCE_BYTES)
  // Without the length a shorter tag would do, which is guessed sooner.
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(Buffer.from(associatedData)).setAuthTag(sealed.subarray(-TAG_BYTES))
  return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()])
}
