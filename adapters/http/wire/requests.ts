import type { JsonObject, JsonValue } from '../../../domain/json.ts'

// Requests as openapi.yaml describes them, after they were checked by it. An optional member may be null.

export interface PasskeyAuthorizationJson {
  readonly kind: 'PASSKEY'
  readonly credential: JsonObject
  readonly label?: string | null
}

export interface OidcAccountAuthorizationJson {
  readonly kind: 'OIDC_ACCOUNT'
  readonly oidcToken: { readonly kind: string; readonly token: string; readonly aud?: JsonValue }
  readonly publicKey: string
  readonly signature: string
}

export interface EcKeypairAuthorizationJson {
  readonly kind: 'EC_KEYPAIR'
  readonly publicKey: string
  readonly signature: string
}

export type AuthorizationJson = PasskeyAuthorizationJson | OidcAccountAuthorizationJson | EcKeypairAuthorizationJson

export type EncryptedBackupKeyJson =
  | { readonly kind: 'PRF' | 'ICLOUD'; readonly encryptedKey: string }
  | {
      readonly kind: 'TURNKEY'
      readonly encryptedKey: string
      readonly turnkeyAccountId: string
      readonly turnkeyUserId: string
      readonly turnkeyPrivateKeyId: string
    }

export interface PasskeyUserJson {
  readonly name: string
  readonly displayName: string
  readonly platform: 'IOS' | 'ANDROID'
}

export interface CreateBackupJson {
  readonly authorization: AuthorizationJson
  readonly challengeToken: string
  readonly initialEncryptionKey: EncryptedBackupKeyJson
  readonly initialSyncFactor: AuthorizationJson
  readonly initialSyncChallengeToken: string
  readonly turnkeyProviderId?: string | null
  readonly manifestHash: string
  readonly backupAccountId: string
}

export interface SyncJson {
  readonly authorization: AuthorizationJson
  readonly challengeToken: string
  readonly currentManifestHash: string
  readonly newManifestHash: string
}

/** The body of every operation that wants no more than a proof. */
export interface AuthorizedJson {
  readonly authorization: AuthorizationJson
  readonly challengeToken: string
}

export interface RetrieveMetadataJson extends AuthorizedJson {
  readonly backupId?: string | null
}

export interface DeleteFactorJson extends AuthorizedJson {
  readonly factorId: string
  readonly scope: 'MAIN' | 'SYNC'
  readonly encryptionKey?: EncryptedBackupKeyJson | null
}

export interface DeleteFactorChallengeJson {
  readonly factorId: string
}

export interface AddSyncFactorJson {
  readonly syncFactor: AuthorizationJson
  readonly challengeToken: string
  readonly syncFactorToken: string
}

export interface AddFactorChallengeJson {
  readonly newFactor:
    | ({ readonly kind: 'PASSKEY' } & PasskeyUserJson)
    | { readonly kind: 'OIDC_ACCOUNT'; readonly oidcToken: string }
    | { readonly kind: 'EC_KEYPAIR'; readonly publicKey: string }
}

export interface AddFactorJson {
  readonly existingFactorAuthorization: AuthorizationJson
  readonly existingFactorChallengeToken: string
  readonly existingFactorTurnkeyActivity?: string | null
  readonly newFactorAuthorization: AuthorizationJson
  readonly newFactorChallengeToken: string
  readonly encryptedBackupKey?: EncryptedBackupKeyJson | null
  readonly turnkeyProviderId?: string | null
}

export interface ResetChallengeJson {
  readonly backupAccountId: string
}

export interface ResetJson extends ResetChallengeJson {
  readonly signature: string
  readonly challengeToken: string
}

export interface BackupStatusJson {
  readonly backupId: string
}
