import { createHash, createHmac, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'
import { encodeCbor, type Cbor } from './cbor.ts'
import type { CreationOptionsJSON, PasskeyCredentialJSON, PrfInput, RequestOptionsJSON } from './wire.ts'

const ES256 = -7
const USER_PRESENT = 0x01
const USER_VERIFIED = 0x04
const BACKUP_ELIGIBLE_AND_BACKED_UP = 0x18
const HAS_ATTESTED_CREDENTIAL_DATA = 0x40

/**
 * What a phone has built in: one discoverable passkey with the PRF extension, and the browser or the system in front of
 * it. It answers like `navigator.credentials` followed by `toJSON()`, for a user who always consents.
 */
export class SoftwareAuthenticator {
  readonly #credentialId = randomBytes(32)
  readonly #privateKey: KeyObject
  readonly #publicKey: KeyObject
  readonly #prfSecret = randomBytes(32)
  #userHandle = ''

  constructor() {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    this.#publicKey = publicKey
    this.#privateKey = privateKey
  }

  /** `navigator.credentials.create()`. @param origin of the page, or of the app */
  create({ rp, user, challenge, extensions }: CreationOptionsJSON, origin: string): PasskeyCredentialJSON {
    this.#userHandle = user.id
    const authData = Buffer.concat([
      authenticatorData(rp.id, HAS_ATTESTED_CREDENTIAL_DATA),
      this.#attestedCredentialData(),
    ])
    const attestationObject = encodeCbor(
      new Map<string, Cbor>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', authData],
      ]),
    )
    return this.#credential(extensions, {
      clientDataJSON: clientData('webauthn.create', challenge, origin).toString('base64url'),
      attestationObject: attestationObject.toString('base64url'),
    })
  }

  /** `navigator.credentials.get()`. @param origin of the page, or of the app */
  get({ rpId, challenge, extensions }: RequestOptionsJSON, origin: string): PasskeyCredentialJSON {
    const clientDataJSON = clientData('webauthn.get', challenge, origin)
    const authData = authenticatorData(rpId, 0)
    const signature = sign('sha256', Buffer.concat([authData, sha256(clientDataJSON)]), this.#privateKey)
    return this.#credential(extensions, {
      clientDataJSON: clientDataJSON.toString('base64url'),
      authenticatorData: authData.toString('base64url'),
      signature: signature.toString('base64url'),
      userHandle: this.#userHandle,
    })
  }

  #credential(extensions: PrfInput | undefined, response: Readonly<Record<string, string>>): PasskeyCredentialJSON {
    const id = this.#credentialId.toString('base64url')
    const input = extensions?.prf?.eval?.first
    const clientExtensionResults = input === undefined ? {} : { prf: { results: { first: this.#prf(input) } } }
    return { id, rawId: id, type: 'public-key', response, clientExtensionResults }
  }

  /** WebAuthn Level 3 §10.1.4 by way of CTAP2 `hmac-secret`: one secret for each credential, one output for each input. */
  #prf(input: string): string {
    const salt = sha256(Buffer.concat([Buffer.from('WebAuthn PRF\0'), Buffer.from(input, 'base64url')]))
    return createHmac('sha256', this.#prfSecret).update(salt).digest('base64url')
  }

  /** §6.5.2: AAGUID (none), the length of the credential id, the id, and the COSE key (RFC 9053 §7.1.1). */
  #attestedCredentialData(): Buffer {
    const { x = '', y = '' } = this.#publicKey.export({ format: 'jwk' })
    const coseKey = new Map<number, Cbor>([
      [1, 2],
      [3, ES256],
      [-1, 1],
      [-2, Buffer.from(x, 'base64url')],
      [-3, Buffer.from(y, 'base64url')],
    ])
    const aaguidAndLength = Buffer.alloc(18)
    aaguidAndLength.writeUInt16BE(this.#credentialId.length, 16)
    return Buffer.concat([aaguidAndLength, this.#credentialId, encodeCbor(coseKey)])
  }
}

/** §6.1: SHA-256 of the RP id, flags, and the signature counter, which synced passkeys leave at 0. */
function authenticatorData(rpId: string, flags: number): Buffer {
  const all = USER_PRESENT | USER_VERIFIED | BACKUP_ELIGIBLE_AND_BACKED_UP | flags
  return Buffer.concat([sha256(Buffer.from(rpId)), Buffer.from([all, 0, 0, 0, 0])])
}

/** §5.8.1.1: the members in this order. */
function clientData(type: string, challenge: string, origin: string): Buffer {
  return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }))
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}
