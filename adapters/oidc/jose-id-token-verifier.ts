import type { JWTPayload } from 'jose'
import { unixSeconds, type Clock } from '../../application/ports/clock.ts'
import type { IdTokenVerifier, PresentedIdToken, VerifiedIdToken } from '../../application/ports/id-token-verifier.ts'
import { DomainError } from '../../domain/domain-error.ts'
import type { EcPublicKey } from '../../domain/ec-public-key.ts'
import { constantTimeEqual } from '../shared/constant-time-equal.ts'
import type { JwksSource } from '../signed-tokens/jwks-source.ts'
import { singleAudience, TokenRefused, verifySignedToken, type TokenRules } from '../signed-tokens/signed-token.ts'
import type { OidcProvider } from './oidc-provider.ts'
import { sessionNonce } from './session-nonce.ts'

const MAX_AGE_SECONDS = 300
/** Those of providers have about 1 KiB. */
const MAX_TOKEN_CHARACTERS = 16 * 1024
/** OpenID Connect Core 1.0 §2: at most 255 ASCII characters. */
const SUBJECT = /^[\x20-\x7e]{1,255}$/
/** RFC 5321 §4.5.3.1: 64 for the local part, `@`, 255 for the domain. */
const MAX_EMAIL_CHARACTERS = 320

interface TrustedProvider extends OidcProvider {
  readonly keys: JwksSource
}

/**
 * ID tokens by jose, after OpenID Connect Core 1.0 §3.1.3.7. Two claims are left alone on purpose:
 * - `azp`: §3.1.3.7 leaves it to extensions, and Google puts the app's client id there while `aud` is the server's;
 * - `email_verified`: the address is only shown to its owner, masked. Who they are is `sub`.
 */
export class JoseIdTokenVerifier implements IdTokenVerifier {
  readonly #providers: ReadonlyMap<string, TrustedProvider>
  readonly #clock: Clock

  /** @param openKeys called once for each provider */
  constructor(providers: readonly OidcProvider[], openKeys: (jwksUrl: URL) => JwksSource, clock: Clock) {
    this.#providers = new Map(
      providers.map((provider) => [provider.kind, { ...provider, keys: openKeys(provider.jwksUrl) }]),
    )
    this.#clock = clock
  }

  async verify(presented: PresentedIdToken, sessionKey: EcPublicKey): Promise<VerifiedIdToken> {
    const provider = this.#providers.get(presented.provider)
    if (provider === undefined) {
      throw new DomainError('oidc_token_verification_error', 'ID tokens of this provider are not accepted')
    }
    const claims = await this.#verifiedClaims(presented.token, provider)
    requireAudience(claims, acceptedAudiences(provider, presented.audience))
    const nonce = requireNonce(claims, sessionNonce(sessionKey))
    return { provider: provider.kind, subject: requireSubject(claims), email: requireEmail(claims), nonce }
  }

  async #verifiedClaims(token: string, { keys, issuers }: TrustedProvider): Promise<JWTPayload> {
    const rules: TokenRules = { keys, issuers, algorithms: ['RS256', 'ES256'], maxAgeSeconds: MAX_AGE_SECONDS }
    if (token.length > MAX_TOKEN_CHARACTERS) throw unparsable(new TokenRefused('malformed', 'length'))
    try {
      return await verifySignedToken(token, rules, unixSeconds(this.#clock))
    } catch (error) {
      if (!(error instanceof TokenRefused)) throw error
      throw error.fault === 'malformed'
        ? unparsable(error)
        : new DomainError('oidc_token_verification_error', 'the ID token could not be verified', { cause: error })
    }
  }
}

function unparsable(cause: TokenRefused): DomainError {
  return new DomainError('oidc_token_parse_error', 'the ID token is not a signed JWT', { cause })
}

/** None if the request picks an audience that is not ours. */
function acceptedAudiences({ clientIds, acceptedAudience }: OidcProvider, aud: string | undefined): readonly string[] {
  if (acceptedAudience === 'any') return clientIds
  const picked = aud ?? clientIds[0]
  return clientIds.filter((clientId) => clientId === picked)
}

function requireAudience(claims: JWTPayload, accepted: readonly string[]): void {
  const audience = singleAudience(claims)
  if (audience === undefined || !accepted.includes(audience)) {
    throw new DomainError('oidc_token_invalid_aud', 'the ID token is not for this audience alone')
  }
}

function requireNonce({ nonce }: JWTPayload, expected: string): string {
  if (typeof nonce === 'string' && constantTimeEqual(nonce, expected)) return expected
  throw new DomainError('oidc_token_invalid_nonce', 'the nonce of the ID token is not that of the session key')
}

function requireSubject({ sub }: JWTPayload): string {
  if (typeof sub === 'string' && SUBJECT.test(sub)) return sub
  throw new DomainError('oidc_token_verification_error', 'the ID token could not be verified', {
    cause: new TokenRefused('claim', 'sub'),
  })
}

function requireEmail({ email }: JWTPayload): string {
  if (typeof email === 'string' && email !== '' && email.length <= MAX_EMAIL_CHARACTERS) return email
  throw new DomainError('missing_email', 'the ID token has no email')
}
