// What goes over the wire, as openapi.yaml describes it; only what this client uses.

/** What a passkey's registration or assertion is in JSON (WebAuthn Level 3 §5.1). */
export interface PasskeyCredentialJSON {
  readonly id: string
  readonly rawId: string
  readonly type: 'public-key'
  readonly response: Readonly<Record<string, string>>
  readonly clientExtensionResults: { readonly prf?: { readonly enabled?: boolean; readonly results?: PrfValues } }
}

/** Inputs or outputs of the PRF extension (WebAuthn Level 3 §10.1.4), base64url. */
export interface PrfValues {
  readonly first: string
}

export interface PrfInput {
  readonly prf?: { readonly eval?: PrfValues }
}

export interface CreationOptionsJSON {
  /** Base64url. */
  readonly challenge: string
  readonly rp: { readonly id: string; readonly name: string }
  readonly user: { readonly id: string; readonly name: string; readonly displayName: string }
  readonly extensions?: PrfInput
}

export interface RequestOptionsJSON {
  /** Base64url. */
  readonly challenge: string
  readonly rpId: string
  readonly extensions?: PrfInput
}

export interface KeypairChallenge {
  /** Base64 of the 32 bytes to sign. */
  readonly challenge: string
  readonly token: string
}

export interface PasskeyChallenge<Options> {
  readonly challenge: { readonly publicKey: Options; readonly mediation?: 'conditional' }
  readonly token: string
}

export interface AddFactorChallenges {
  readonly existingFactorChallenge: string
  readonly existingFactorToken: string
  /** Base64 of 32 bytes; for a new passkey its creation options. */
  readonly newFactorChallenge: string | { readonly publicKey: CreationOptionsJSON }
  readonly newFactorToken: string
}

export interface PasskeyUser {
  readonly name: string
  readonly displayName: string
  readonly platform: 'IOS' | 'ANDROID'
}

export interface PasskeyAuthorization {
  readonly kind: 'PASSKEY'
  readonly credential: PasskeyCredentialJSON
  readonly label?: string
}

export interface OidcAuthorization {
  readonly kind: 'OIDC_ACCOUNT'
  readonly oidcToken: { readonly kind: string; readonly token: string; readonly aud?: string }
  readonly publicKey: string
  readonly signature: string
}

export interface KeypairAuthorization {
  readonly kind: 'EC_KEYPAIR'
  readonly publicKey: string
  readonly signature: string
}

export type Authorization = PasskeyAuthorization | OidcAuthorization | KeypairAuthorization

export type NewFactor =
  | ({ readonly kind: 'PASSKEY' } & PasskeyUser)
  | { readonly kind: 'OIDC_ACCOUNT'; readonly oidcToken: string }
  | { readonly kind: 'EC_KEYPAIR'; readonly publicKey: string }

export type EncryptedBackupKey =
  | { readonly kind: 'PRF' | 'ICLOUD'; readonly encryptedKey: string }
  | {
      readonly kind: 'TURNKEY'
      readonly encryptedKey: string
      readonly turnkeyAccountId: string
      readonly turnkeyUserId: string
      readonly turnkeyPrivateKeyId: string
    }

export interface Factor {
  readonly id: string
  /** Seconds since the epoch. */
  readonly createdAt: number
  readonly kind:
    | { readonly kind: 'PASSKEY'; readonly credentialId: string; readonly label: string | null }
    | {
        readonly kind: 'OIDC_ACCOUNT'
        readonly account: { readonly kind: string; readonly maskedEmail: string }
        readonly turnkeyProviderId: string
      }
    | { readonly kind: 'EC_KEYPAIR'; readonly publicKey: string }
}

export interface BackupMetadata {
  readonly id: string
  readonly keys: readonly EncryptedBackupKey[]
  readonly factors: readonly Factor[]
  readonly syncFactors: readonly Factor[]
  readonly manifestHash: string
}

/** A factor's answer to a challenge: most requests consist of it. */
export interface Answer<Kind extends Authorization = Authorization> {
  readonly authorization: Kind
  readonly challengeToken: string
}

export interface CreatePayload extends Answer {
  readonly backupAccountId: string
  readonly initialEncryptionKey: EncryptedBackupKey
  readonly initialSyncFactor: KeypairAuthorization
  readonly initialSyncChallengeToken: string
  readonly manifestHash: string
  readonly turnkeyProviderId?: string
}

export interface SyncPayload extends Answer<KeypairAuthorization> {
  readonly currentManifestHash: string
  readonly newManifestHash: string
}

export interface AddSyncFactorRequest {
  readonly syncFactor: KeypairAuthorization
  readonly challengeToken: string
  readonly syncFactorToken: string
}

export interface AddFactorRequest {
  readonly existingFactorAuthorization: Authorization
  readonly existingFactorChallengeToken: string
  readonly existingFactorTurnkeyActivity?: string
  readonly newFactorAuthorization: Authorization
  readonly newFactorChallengeToken: string
  readonly encryptedBackupKey?: EncryptedBackupKey
  readonly turnkeyProviderId?: string
}

export interface DeleteFactorRequest extends Answer<KeypairAuthorization> {
  readonly factorId: string
  readonly scope: 'MAIN' | 'SYNC'
  readonly encryptionKey?: EncryptedBackupKey
}

export interface ResetRequest {
  readonly backupAccountId: string
  readonly signature: string
  readonly challengeToken: string
}

export interface BackupReference {
  readonly backupId: string
}

export interface CreatedBackup extends BackupReference {
  readonly backupMetadata: BackupMetadata
}

export interface RetrievedBackup {
  /** Base64 of the sealed bytes. */
  readonly backup: string
  readonly metadata: BackupMetadata
  readonly syncFactorToken: string
}

export interface AddedFactor {
  readonly factorId: string
  readonly backupMetadata: BackupMetadata
}

export interface DeletedFactor {
  readonly backupDeleted: boolean
  readonly backupMetadata: BackupMetadata | null
}

export interface UndeletedBackup extends CreatedBackup {
  readonly syncFactorToken: string
}

export interface BackupStatus extends BackupReference {
  readonly factors: readonly { readonly kind: string; readonly accountKind: string | null }[]
}
