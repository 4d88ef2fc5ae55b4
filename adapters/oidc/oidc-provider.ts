/** An OpenID Provider whose ID tokens are accepted. */
export interface OidcProvider {
  /** What clients call it: `GOOGLE`, `APPLE` or another configured kind. */
  readonly kind: string
  /** Each a spelling of the one issuer's name. */
  readonly issuers: readonly string[]
  readonly jwksUrl: URL
  /** The audiences a token may be for. */
  readonly clientIds: readonly string[]
  /** Which of them it may be for when the request does not say: the first, or any. */
  readonly unnamedAudience: 'first' | 'any'
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
      unnamedAudience: 'any',
    },
  ],
  [
    'APPLE',
    {
      issuers: ['https://appleid.apple.com'],
      jwksUrl: new URL('https://appleid.apple.com/auth/keys'),
      unnamedAudience: 'first',
    },
  ],
])
