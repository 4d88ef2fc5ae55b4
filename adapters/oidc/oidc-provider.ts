/** An OpenID Provider whose ID tokens are accepted. */
export interface OidcProvider {
  /** What clients call it: `GOOGLE`, `APPLE` or another configured kind. */
  readonly kind: string
  /** Each a spelling of the one issuer's name. */
  readonly issuers: readonly string[]
  readonly jwksUrl: URL
  /** The audiences a token may be for. */
  readonly clientIds: readonly string[]
  /** Any of them, or the one that the request picks by `aud`, by default the first. `any` pays no heed to `aud`. */
  readonly acceptedAudience: 'any' | 'picked'
}

/** What has to be known of a provider beside the operator's own client ids. */
export type KnownOidcProvider = Omit<OidcProvider, 'kind' | 'clientIds'>

/** By kind. */
export const KNOWN_OIDC_PROVIDERS: ReadonlyMap<string, KnownOidcProvider> = new Map<string, KnownOidcProvider>([
  [
    'GOOGLE',
    {
      // Google documents both: "The value of iss in the ID token is equal to accounts.google.com or https://…".
      issuers: ['https://accounts.google.com', 'accounts.google.com'],
      jwksUrl: new URL('https://www.googleapis.com/oauth2/v3/certs'),
      acceptedAudience: 'any',
    },
  ],
  [
    'APPLE',
    {
      issuers: ['https://appleid.apple.com'],
      jwksUrl: new URL('https://appleid.apple.com/auth/keys'),
      acceptedAudience: 'picked',
    },
  ],
])
