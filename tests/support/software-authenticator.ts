import { createHash, randomBytes, sign, type KeyObject } from 'node:crypto'
import { encodeCbor, type Cbor, type CborMap } from './cbor.ts'
import { COSE_ALGORITHM, generateKeyPair, toCoseKey, type Algorithm } from './cose-key.ts'

/** Whether the passkey lives on one device, may be synced, or is (WebAuthn Level 3 §6.1.3). */
export type BackupState = 'single-device' | 'eligible' | 'backed-up'

export interface SoftwareAuthenticatorOptions {
  /** ES256 where absent. */
  readonly algorithm?: Algorithm
  /** `backed-up` where absent. */
  readonly backup?: BackupState
  /** Count signatures, as security keys do; synced passkeys always say 0. */
  readonly counts?: boolean
  /** `packed` means self attestation (§8.2). `none` where absent. */
  readonly attestation?: 'none' | 'packed'
}

/** What the relying party's options and the calling page say. */
export interface Ceremony {
  /** Base64url, as it is in the options. */
  readonly challenge: string
  readonly rpId: string
  readonly origin: string
}

/** Bits of the authenticator data's flags (§6.1). */
const FLAG = { UP: 0x01, UV: 0x04, BE: 0x08, BS: 0x10, AT: 0x40, ED: 0x80 } as const
export type Flag = keyof typeof FLAG

/** What to do other than the specification says. Everything but `signature` happens before the signature is made. */
export interface Deviation {
  /** Members of the client data to add, replace or, where `undefined`, leave out. */
  readonly clientData?: Readonly<Record<string, unknown>>
  readonly clientDataJSON?: (regular: string) => string | Uint8Array
  /** Flags to flip. */
  readonly flip?: readonly Flag[]
  /** Instead of the next one. */
  readonly counter?: number
  /** Authenticator extension outputs (§9.5); sets the ED flag. */
  readonly extensions?: CborMap
  readonly authenticatorData?: (regular: Buffer) => Uint8Array
  /** Credential id in the attested credential data (§6.5.2). */
  readonly attestedCredentialId?: Uint8Array
  readonly cosePublicKey?: (regular: CborMap) => CborMap
  readonly signature?: (regular: Buffer) => Uint8Array
  readonly attestationFormat?: string
  readonly attestationStatement?: CborMap
  readonly attestationObject?: (regular: Buffer) => Uint8Array
}

/** A credential's JSON form (§5.1); these types are aliases because interfaces are no `JsonObject`. */
type CredentialJSON<ResponseMember extends string> = Readonly<
  Record<'id' | 'rawId' | 'type' | 'authenticatorAttachment', string> & {
    clientExtensionResults: Readonly<Record<string, never>>
    response: Readonly<Record<ResponseMember, string>>
  }
>
export type RegistrationResponseJSON = CredentialJSON<'clientDataJSON' | 'attestationObject'>
export type AuthenticationResponseJSON = CredentialJSON<
  'clientDataJSON' | 'authenticatorData' | 'signature' | 'userHandle'
>

/**
 * One discoverable passkey, and the client in front of it: answers WebAuthn Level 3 ceremonies as a phone does whose
 * user always consents.
 */
export class SoftwareAuthenticator {
  readonly algorithm: Algorithm
  readonly credentialId = randomBytes(32)
  /** Stands for the `user.id` of the creation options. */
  readonly #userHandle = randomBytes(32)
  readonly #privateKey: KeyObject
  readonly #publicKey: KeyObject
  readonly #counts: boolean
  readonly #attestation: 'none' | 'packed'
  #counter = 0
  /** May change while the passkey lives. */
  backup: BackupState

  constructor({
    algorithm = 'ES256',
    backup = 'backed-up',
    counts = false,
    attestation = 'none',
  }: SoftwareAuthenticatorOptions = {}) {
    this.algorithm = algorithm
    this.backup = backup
    this.#counts = counts
    this.#attestation = attestation
    const { privateKey, publicKey } = generateKeyPair(algorithm)
    this.#privateKey = privateKey
    this.#publicKey = publicKey
  }

  /** `navigator.credentials.create()`, then `toJSON()`. */
  create(ceremony: Ceremony, deviation: Deviation = {}): RegistrationResponseJSON {
    const clientData = clientDataJSON('webauthn.create', ceremony, deviation)
    const authData = this.#authenticatorData(ceremony, deviation, this.#attestedCredentialData(deviation))
    const attStmt = deviation.attestationStatement ?? this.#attestationStatement(authData, clientData, deviation)
    const fmt = deviation.attestationFormat ?? this.#attestation
    const regular = encodeCbor(
      new Map<string, Cbor>([
        ['fmt', fmt],
        ['attStmt', attStmt],
        ['authData', authData],
      ]),
    )
    const attestationObject = deviation.attestationObject?.(regular) ?? regular
    return this.#credential({
      clientDataJSON: base64url(clientData),
      attestationObject: base64url(attestationObject),
    })
  }

  /** `navigator.credentials.get()`, then `toJSON()`. */
  get(ceremony: Ceremony, deviation: Deviation = {}): AuthenticationResponseJSON {
    const clientData = clientDataJSON('webauthn.get', ceremony, deviation)
    const authenticatorData = this.#authenticatorData(ceremony, deviation)
    return this.#credential({
      clientDataJSON: base64url(clientData),
      authenticatorData: base64url(authenticatorData),
      signature: base64url(this.#sign(authenticatorData, clientData, deviation)),
      userHandle: base64url(this.#userHandle),
    })
  }

  #credential<Member extends string>(response: Readonly<Record<Member, string>>): CredentialJSON<Member> {
    const id = base64url(this.credentialId)
    return {
      id,
      rawId: id,
      type: 'public-key',
      authenticatorAttachment: 'platform',
      clientExtensionResults: {},
      response,
    }
  }

  /** §6.1: RP id hash, flags, counter, attested credential data, extensions. */
  #authenticatorData({ rpId }: Ceremony, deviation: Deviation, attestedCredentialData?: Uint8Array): Uint8Array {
    const { extensions, flip = [] } = deviation
    if (this.#counts) this.#counter += 1
    const raised: Flag[] = ['UP', 'UV']
    if (this.backup !== 'single-device') raised.push('BE')
    if (this.backup === 'backed-up') raised.push('BS')
    if (attestedCredentialData !== undefined) raised.push('AT')
    if (extensions !== undefined) raised.push('ED')
    const flagsAndCounter = Buffer.alloc(5)
    flagsAndCounter.writeUInt8(bits(raised) ^ bits(flip))
    flagsAndCounter.writeUInt32BE(deviation.counter ?? this.#counter, 1)
    const regular = Buffer.concat([
      sha256(rpId),
      flagsAndCounter,
      attestedCredentialData ?? Buffer.alloc(0),
      extensions === undefined ? Buffer.alloc(0) : encodeCbor(extensions),
    ])
    return deviation.authenticatorData?.(regular) ?? regular
  }

  /** §6.5.2: AAGUID (none), credential id and its length, COSE key. */
  #attestedCredentialData({ attestedCredentialId = this.credentialId, cosePublicKey }: Deviation): Uint8Array {
    const aaguidAndLength = Buffer.alloc(18)
    aaguidAndLength.writeUInt16BE(attestedCredentialId.length, 16)
    const regular = toCoseKey(this.algorithm, this.#publicKey)
    const publicKey = encodeCbor(cosePublicKey?.(regular) ?? regular)
    return Buffer.concat([aaguidAndLength, attestedCredentialId, publicKey])
  }

  #attestationStatement(authData: Uint8Array, clientData: Uint8Array, deviation: Deviation): CborMap {
    if (this.#attestation === 'none') return new Map()
    const signature = this.#sign(authData, clientData, deviation)
    return new Map<string, Cbor>([
      ['alg', COSE_ALGORITHM[this.algorithm]],
      ['sig', signature],
    ])
  }

  /** §6.5.5; `node:crypto` writes ECDSA signatures as DER. */
  #sign(authenticatorData: Uint8Array, clientData: Uint8Array, { signature }: Deviation): Uint8Array {
    const digest = this.algorithm === 'EdDSA' ? null : 'sha256'
    const regular = sign(digest, Buffer.concat([authenticatorData, sha256(clientData)]), this.#privateKey)
    return signature?.(regular) ?? regular
  }
}

/** §5.8.1.1: the members in this order. */
function clientDataJSON(type: string, { challenge, origin }: Ceremony, deviation: Deviation): Buffer {
  const regular = JSON.stringify({ type, challenge, origin, crossOrigin: false, ...deviation.clientData })
  return Buffer.from(deviation.clientDataJSON?.(regular) ?? regular)
}

function bits(flags: readonly Flag[]): number {
  return flags.reduce((sum, flag) => sum | FLAG[flag], 0)
}

function base64url(value: Uint8Array): string {
  return Buffer.from(value).toString('base64url')
}

function sha256(value: Uint8Array | string): Buffer {
  return createHash('sha256').update(value).digest()
}
