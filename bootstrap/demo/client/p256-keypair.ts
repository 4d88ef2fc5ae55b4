import { ECDH, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import type { KeypairAuthorization } from './wire.ts'

/** A P-256 key: the sync factor of a device, a main factor in a keychain, or the session key of an OIDC sign-in. */
export class P256Keypair {
  /** Base64 of the uncompressed point: 0x04, x, y. */
  readonly publicKey: string
  readonly #privateKey: KeyObject

  constructor() {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    // The point is what a SubjectPublicKeyInfo ends with.
    this.publicKey = publicKey.export({ format: 'der', type: 'spki' }).subarray(-65).toString('base64')
    this.#privateKey = privateKey
  }

  /** Hex of the compressed point (SEC 1 §2.3.3): 02 or 03, x. */
  get compressedPublicKey(): string {
    return ECDH.convertKey(this.publicKey, 'prime256v1', 'base64', 'hex', 'compressed').toString()
  }

  /**
   * ECDSA with SHA-256 over the 32 bytes that the base64 stands for, not over the text.
   * @returns base64 of the DER signature
   */
  sign(challenge: string): string {
    return sign('sha256', Buffer.from(challenge, 'base64'), this.#privateKey).toString('base64')
  }

  authorize(challenge: string): KeypairAuthorization {
    return { kind: 'EC_KEYPAIR', publicKey: this.publicKey, signature: this.sign(challenge) }
  }
}
