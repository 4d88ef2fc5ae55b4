import { DomainError } from '../domain/domain-error.ts'
import type { EcPublicKey } from '../domain/ec-public-key.ts'
import type { EcdsaSignature } from '../domain/ecdsa-signature.ts'
import type { JsonObject } from '../domain/json.ts'
import type { ChallengeType } from './challenge.ts'
import type { PresentedIdToken } from './ports/id-token-verifier.ts'

/** A factor and its answer to a challenge, well-formed but not yet proved. */
export type Authorization = PasskeyAuthorization | OidcAuthorization | EcKeypairAuthorization

export interface PasskeyAuthorization {
  readonly kind: 'PASSKEY'
  /** RegistrationResponseJSON or AuthenticationResponseJSON (WebAuthn Level 3 §5.1). */
  readonly credential: JsonObject
  /** What the owner calls a new passkey. */
  readonly label: string | null
}

export interface OidcAuthorization {
  readonly kind: 'OIDC_ACCOUNT'
  readonly idToken: PresentedIdToken
  /** The ephemeral session key that the ID token's nonce is bound to. */
  readonly publicKey: EcPublicKey
  readonly signature: EcdsaSignature
}

export interface EcKeypairAuthorization {
  readonly kind: 'EC_KEYPAIR'
  readonly publicKey: EcPublicKey
  readonly signature: EcdsaSignature
}

/** Which challenges this kind of factor answers. */
export function challengeTypeFor({ kind }: Authorization): ChallengeType {
  return kind === 'PASSKEY' ? 'passkey' : 'keypair'
}

/** The operations of sync factors take device keypairs only. @throws {DomainError} `invalid_authorization_type` */
export function requireSyncAuthorization(authorization: Authorization): EcKeypairAuthorization {
  if (authorization.kind === 'EC_KEYPAIR') return authorization
  throw new DomainError('invalid_authorization_type', 'this operation is for sync factors, which are EC keypairs')
}

/** Only a device keypair can become a sync factor. @throws {DomainError} `invalid_sync_factor_type` */
export function requireSyncFactor(authorization: Authorization): EcKeypairAuthorization {
  if (authorization.kind === 'EC_KEYPAIR') return authorization
  throw new DomainError('invalid_sync_factor_type', 'a sync factor is an EC keypair')
}
