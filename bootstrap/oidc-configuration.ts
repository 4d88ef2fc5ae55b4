import { KNOWN_OIDC_PROVIDERS, type OidcProvider } from '../adapters/oidc/oidc-provider.ts'
import type { Environment } from './environment.ts'

const KIND = /^[A-Z][A-Z0-9_]{0,31}$/

/** The providers of `OIDC_PROVIDERS`, each with its `OIDC_<KIND>_…` variables; none for `off`. */
export function oidcProviders(environment: Environment, production: boolean): readonly OidcProvider[] {
  if (environment.text('OIDC_PROVIDERS') === 'off') return []
  const named = environment.list('OIDC_PROVIDERS')
  const kinds = named.length === 0 ? [...KNOWN_OIDC_PROVIDERS.keys()] : named
  return [...new Set(kinds)].flatMap((kind) => {
    if (KIND.test(kind)) return oidcProvider(environment, production, kind) ?? []
    environment.fault(
      'OIDC_PROVIDERS',
      `holds "${kind}"; it is off, or kinds of 1 to 32 of A-Z, 0-9 and _, a letter first`,
    )
    return []
  })
}

function oidcProvider(environment: Environment, production: boolean, kind: string): OidcProvider | undefined {
  const clientIdsName = `OIDC_${kind}_CLIENT_IDS`
  const clientIds = environment.list(clientIdsName)
  if (clientIds.length === 0) {
    // Without them nothing could be accepted: in development the provider is off, in production that is a mistake.
    if (production)
      environment.fault(clientIdsName, 'has to be set, or OIDC_PROVIDERS to name others only, or to be off')
    return undefined
  }
  const known = KNOWN_OIDC_PROVIDERS.get(kind)
  const issuer = environment.text(`OIDC_${kind}_ISSUER`)
  const issuers = issuer === undefined ? known?.issuers : [issuer]
  const jwksUrl = environment.url(`OIDC_${kind}_JWKS_URL`, production) ?? known?.jwksUrl
  if (issuers === undefined) environment.fault(`OIDC_${kind}_ISSUER`, 'has to be set: the provider is not a known one')
  if (jwksUrl === undefined)
    environment.fault(`OIDC_${kind}_JWKS_URL`, 'has to be set: the provider is not a known one')
  if (issuers === undefined || jwksUrl === undefined) return undefined
  return { kind, issuers, jwksUrl, clientIds, acceptedAudience: known?.acceptedAudience ?? 'any' }
}
