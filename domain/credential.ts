import type { Brand } from './brand.ts'
import type { EcPublicKey } from './ec-public-key.ts'
import type { JsonObject } from './json.ts'

/** What a factor is proved with, and all that is kept to check that proof. */
export type Credential = PasskeyCredential | OidcAccountCredential | EcKeypairCredential
export type CredentialKind = Credential['kind']

/** A WebAuthn public key credential (WebAuthn Level 3 §4). */
export interface PasskeyCredential {
  readonly kind: 'PASSKEY'
  /** Credential id, base64url without padding. */
  readonly credentialId: string
  /** The RegistrationResponseJSON as it was received: handed back to the owner, never read again here. */
  readonly registration: JsonObject
  /** What the owner called it. */
  readonly label: string | null
  /** COSE_Key (RFC 9052 §7), base64url without padding. */
  readonly publicKey: string
  /** The last signature counter (WebAuthn Level 3 §6.1.1); 0 for authenticators that do not count. */
  readonly signatureCounter: number
}

/** An account at an OpenID Provider: who it is (`sub`), never how to reach it. */
export interface OidcAccountCredential {
  readonly kind: 'OIDC_ACCOUNT'
  /** `GOOGLE`, `APPLE` or another configured provider. */
  readonly provider: string
  readonly subject: string
  readonly maskedEmail: string
  /** The provider's id at Turnkey, opaque to the service. */
  readonly turnkeyProviderId: string
}

/** A P-256 keypair that the client keeps. */
export interface EcKeypairCredential {
  readonly kind: 'EC_KEYPAIR'
  readonly publicKey: EcPublicKey
}

/**
 * One text for each credential there is, equal exactly when the credential is the same: a provider's name holds no `#`,
 * so what follows it is the subject, whatever that holds.
 */
export type CredentialReference = Brand<string, 'CredentialReference'>

/** What identifies a credential among all of its kind. */
export type CredentialIdentity =
  | Pick<PasskeyCredential, 'kind' | 'credentialId'>
  | Pick<OidcAccountCredential, 'kind' | 'provider' | 'subject'>
  | EcKeypairCredential

export function credentialReference(identity: CredentialIdentity): CredentialReference {
  switch (identity.kind) {
    case 'PASSKEY':
      return `PASSKEY#${identity.credentialId}` as CredentialReference
    case 'OIDC_ACCOUNT':
      return `OIDC_ACCOUNT#${identity.provider}#${identity.subject}` as CredentialReference
    case 'EC_KEYPAIR':
      return `EC_KEYPAIR#${identity.publicKey}` as CredentialReference
  }
}
