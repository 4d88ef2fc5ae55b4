import { JwksSource } from '../../../adapters/signed-tokens/jwks-source.ts'
import { JoseIdTokenVerifier } from '../../../adapters/oidc/jose-id-token-verifier.ts'
import { sessionNonce } from '../../../adapters/oidc/session-nonce.ts'
import { unixSeconds, type Clock } from '../../../application/ports/clock.ts'
import type { EventLog } from '../../../application/ports/event-log.ts'
import type { EcPublicKey } from '../../../domain/ec-public-key.ts'
import { IssuerKey } from '../../support/local-issuer.ts'

const ISSUER = 'https://issuer.example'
const AUDIENCE = 'client'
const JWKS_URL = new URL('/jwks', ISSUER)

/** An OpenID Provider whose keys are fetched without a network, so that it needs no start and no stop. */
export class IdTokenProvider {
  static readonly KIND = 'GOOGLE'
  readonly #key = new IssuerKey()
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  verifier(events: EventLog): JoseIdTokenVerifier {
    const clock = this.#clock
    const fetch = async (): Promise<Response> => Response.json({ keys: [this.#key.jwk()] })
    return new JoseIdTokenVerifier(
      [
        {
          kind: IdTokenProvider.KIND,
          issuers: [ISSUER],
          jwksUrl: JWKS_URL,
          clientIds: [AUDIENCE],
          // So that one token can be presented for an audience that is not ours, and for ours.
          acceptedAudience: 'picked',
        },
      ],
      (url) => new JwksSource({ url, clock, events, fetch }),
      clock,
    )
  }

  /** Valid for five minutes. */
  idToken(sub: string, email: string, sessionKey: EcPublicKey): string {
    const iat = unixSeconds(this.#clock)
    return this.#key.sign(
      { alg: this.#key.algorithm, kid: this.#key.kid },
      { iss: ISSUER, aud: AUDIENCE, sub, email, nonce: sessionNonce(sessionKey), iat, exp: iat + 300 },
    )
  }
}
