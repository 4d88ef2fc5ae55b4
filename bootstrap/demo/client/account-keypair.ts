import { createECDH, createHash, createPrivateKey, ECDH, sign, type KeyObject } from 'node:crypto'

const CURVE = 'secp256k1'

/** The secp256k1 key that a backup is named after. It comes from the owner's seed, so its holder needs no factor. */
export class AccountKeypair {
  /** `backup_account_` and the hex of the compressed public key: also the id of the backup. */
  readonly backupAccountId: string
  readonly #privateKey: KeyObject

  /** @param seed what the owner keeps, or what the app derives everything from */
  constructor(seed: Uint8Array) {
    const ecdh = createECDH(CURVE)
    ecdh.setPrivateKey(createHash('sha256').update('backup account').update(seed).digest())
    const point = ecdh.getPublicKey()
    const compressed = ECDH.convertKey(point, CURVE, undefined, 'hex', 'compressed').toString()
    this.backupAccountId = `backup_account_${compressed}`
    this.#privateKey = createPrivateKey({
      format: 'jwk',
      key: {
        kty: 'EC',
        crv: CURVE,
        x: point.toString('base64url', 1, 33),
        y: point.toString('base64url', 33, 65),
        d: ecdh.getPrivateKey('base64url'),
      },
    })
  }

  /** As a P-256 keypair signs, but on the account's own curve. @returns base64 of the DER signature */
  sign(challenge: string): string {
    return sign('sha256', Buffer.from(challenge, 'base64'), this.#privateKey).toString('base64')
  }
}
