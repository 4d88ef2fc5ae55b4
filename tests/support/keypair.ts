import { ECDH, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { parseBackupId, type BackupId } from '../../domain/backup-id.ts'
import { parseEcPublicKey, type EcPublicKey } from '../../domain/ec-public-key.ts'
import { parseEcdsaSignature, type EcdsaSignature } from '../../domain/ecdsa-signature.ts'

/** What a client holds as an EC keypair factor or as the session key of an OIDC login. */
export class P256Keypair {
  /** The uncompressed point in base64, as it goes over the wire. */
  readonly publicKey: EcPublicKey
  readonly #privateKey: KeyObject

  constructor() {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    this.publicKey = parseEcPublicKey(uncompressedPoint(publicKey).toString('base64'))
    this.#privateKey = privateKey
  }

  /** @param challenge its bytes, or their base64 or base64url */
  sign(challenge: string | Uint8Array): EcdsaSignature {
    return signChallenge(this.#privateKey, challenge)
  }
}

/** The secp256k1 key that a client derives from its seed and that its backup account is named after. */
export class AccountKeypair {
  readonly backupAccountId: BackupId
  readonly #privateKey: KeyObject

  constructor() {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' })
    const point = ECDH.convertKey(uncompressedPoint(publicKey), 'secp256k1', undefined, 'hex', 'compressed')
    this.backupAccountId = parseBackupId(`backup_account_${point.toString()}`)
    this.#privateKey = privateKey
  }

  /** @param challenge its bytes, or their base64 or base64url */
  sign(challenge: string | Uint8Array): EcdsaSignature {
    return signChallenge(this.#privateKey, challenge)
  }
}

/** The 65 bytes that end a SubjectPublicKeyInfo. */
function uncompressedPoint(publicKey: KeyObject): Buffer {
  return publicKey.export({ format: 'der', type: 'spki' }).subarray(-65)
}

function signChallenge(privateKey: KeyObject, challenge: string | Uint8Array): EcdsaSignature {
  // Node reads both alphabets as 'base64'.
  const bytes = typeof challenge === 'string' ? Buffer.from(challenge, 'base64') : challenge
  return parseEcdsaSignature(sign('sha256', bytes, privateKey).toString('base64'))
}
