import { createHash } from 'node:crypto'
import type { Authorization } from '../../../../application/authorization.ts'
import type { Challenge } from '../../../../application/challenge.ts'
import type { NewFactor } from '../../../../application/use-cases/announce-factor.ts'
import { credentialReference, type CredentialReference } from '../../../../domain/credential.ts'
import { parseEcPublicKey, type EcPublicKey } from '../../../../domain/ec-public-key.ts'
import type { EncryptedBackupKey } from '../../../../domain/encrypted-backup-key.ts'
import { digestSignature } from '../fakes/digest-signatures.ts'
import { plainIdToken, PROVIDER } from '../fakes/plain-id-token-verifier.ts'
import { plainCeremony } from '../fakes/plain-passkey-verifier.ts'

/** How somebody answers one challenge. */
export interface Proof {
  readonly authorization: Authorization
  /** What works once, beside the challenge. */
  readonly nonces: readonly string[]
  /** Of a passkey. */
  readonly counter?: number
}

/** Somebody who holds a credential. */
export interface CredentialHolder {
  readonly name: string
  readonly reference: CredentialReference
  readonly challengeType: 'keypair' | 'passkey'
  readonly encryptedKey: EncryptedBackupKey
  /** @param careless whether to use an ID token twice */
  prove(challenge: Challenge, careless: boolean): Proof
  /** What is said of it before it becomes a factor; `undefined` where a simulation cannot follow. */
  announce(): NewFactor | undefined
}

export class KeypairHolder implements CredentialHolder {
  readonly name: string
  readonly reference: CredentialReference
  readonly challengeType = 'keypair'
  readonly encryptedKey = { kind: 'ICLOUD', encryptedKey: 'sealed by iCloud' } as const
  readonly publicKey: EcPublicKey

  constructor(name: string) {
    this.name = name
    this.publicKey = namedPublicKey(name)
    this.reference = credentialReference({ kind: 'EC_KEYPAIR', publicKey: this.publicKey })
  }

  prove(challenge: Challenge): Proof {
    const { publicKey } = this
    const authorization = { kind: 'EC_KEYPAIR', publicKey, signature: digestSignature(publicKey, challenge) } as const
    return { authorization, nonces: [] }
  }

  announce(): NewFactor {
    return { kind: 'EC_KEYPAIR', publicKey: this.publicKey }
  }
}

export class PasskeyHolder implements CredentialHolder {
  readonly name: string
  readonly reference: CredentialReference
  readonly challengeType = 'passkey'
  readonly encryptedKey = { kind: 'PRF', encryptedKey: 'sealed by a passkey' } as const
  readonly #counts: boolean
  #counter = 0

  /** @param counts whether its authenticator keeps a signature counter */
  constructor(name: string, counts: boolean) {
    this.name = name
    this.reference = credentialReference({ kind: 'PASSKEY', credentialId: name })
    this.#counts = counts
  }

  prove(challenge: Challenge): Proof {
    if (this.#counts) this.#counter += 1
    const credential = plainCeremony(this.name, challenge, this.#counter)
    return { authorization: { kind: 'PASSKEY', credential, label: null }, nonces: [], counter: this.#counter }
  }

  announce(): NewFactor {
    return { kind: 'PASSKEY', name: this.name, displayName: this.name }
  }
}

export class AccountHolder implements CredentialHolder {
  readonly name: string
  readonly reference: CredentialReference
  readonly challengeType = 'keypair'
  readonly encryptedKey = {
    kind: 'TURNKEY',
    encryptedKey: 'sealed by Turnkey',
    turnkeyAccountId: 'organization',
    turnkeyUserId: 'user',
    turnkeyPrivateKeyId: 'private key',
  } as const
  #logins = 0

  constructor(name: string) {
    this.name = name
    this.reference = credentialReference({ kind: 'OIDC_ACCOUNT', provider: PROVIDER, subject: name })
  }

  prove(challenge: Challenge, careless: boolean): Proof {
    if (this.#logins === 0 || !careless) this.#logins += 1
    const nonce = `${this.name}-${this.#logins}`
    const session = namedPublicKey(nonce)
    const idToken = { provider: PROVIDER, token: plainIdToken(this.name, nonce, session) }
    const signature = digestSignature(session, challenge)
    return { authorization: { kind: 'OIDC_ACCOUNT', idToken, publicKey: session, signature }, nonces: [nonce] }
  }

  /** An announcement takes a digest from WebCrypto, whose thread pool no seed decides about. */
  announce(): undefined {
    return undefined
  }
}

/** 65 bytes that look like an uncompressed point. */
function namedPublicKey(name: string): EcPublicKey {
  const point = createHash('sha512').update(name).digest()
  return parseEcPublicKey(Buffer.concat([Uint8Array.of(4), point]).toString('base64'))
}
