import type { LocalIssuer } from './local-issuer.ts'

type Variables = Readonly<Record<string, string>>

/** Has a service accept accounts of kind LOCAL at this issuer. */
export function providerVariables({ name, jwksUrl }: LocalIssuer, audience: string): Variables {
  return {
    OIDC_PROVIDERS: 'LOCAL',
    OIDC_LOCAL_CLIENT_IDS: audience,
    OIDC_LOCAL_ISSUER: name,
    OIDC_LOCAL_JWKS_URL: jwksUrl.href,
  }
}

/** Has a service look at the attestations of this issuer, and let pass what is not attested. */
export function reportedAttestationVariables({ name, jwksUrl }: LocalIssuer, audience: string): Variables {
  return {
    ATTESTATION_MODE: 'report',
    ATTESTATION_JWKS_URL: jwksUrl.href,
    ATTESTATION_ISSUER: name,
    ATTESTATION_AUDIENCE: audience,
  }
}
