import { hkdfSync } from 'node:crypto'
import { openBytes, sealBytes } from './aes-gcm.ts'

/**
 * The key of the backup, sealed for one kind of main factor. It goes to the service as `encryptedKey` and comes back
 * with the backup; only the factor's secret opens it.
 * @param secret the PRF output of a passkey, a secret in the keychain, or the private key that Turnkey keeps
 */
export function sealBackupKey(backupKey: Uint8Array, secret: Uint8Array): string {
  return sealBytes(backupKey, wrappingKey(secret)).toString('base64')
}

/** @throws {Error} when the secret is another one */
export function openBackupKey(encryptedKey: string, secret: Uint8Array): Uint8Array {
  return openBytes(Buffer.from(encryptedKey, 'base64'), wrappingKey(secret))
}

/** HKDF (RFC 5869), so that the secret serves this one purpose only. */
function wrappingKey(secret: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', 'key that seals the backup key', 32))
}
