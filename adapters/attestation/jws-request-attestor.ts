import { createHash } from 'node:crypto'
import type { JWTPayload } from 'jose'
import { unixSeconds, type Clock } from '../../application/ports/clock.ts'
import type { AttestedRequest, RequestAttestor } from '../../application/ports/request-attestor.ts'
import { DomainError } from '../../domain/domain-error.ts'
import { constantTimeEqual } from '../shared/constant-time-equal.ts'
import type { JwksSource } from '../signed-tokens/jwks-source.ts'
import { singleAudience, TokenRefused, verifySignedToken } from '../signed-tokens/signed-token.ts'
import { canonicalJson } from './canonical-json.ts'

/** `token68` of RFC 9110 §11.2: every JWS, and no list of several header values. */
const TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/

export interface AttestationTrust {
  readonly keys: JwksSource
  /** `iss` */
  readonly issuer: string
  /** `aud` */
  readonly audience: string
  /** Attests any request. Never in production. */
  readonly bypassToken?: string | undefined
}

/** Attestations as JWS (ES256) of a gateway, which names the request by its hash. */
export class JwsRequestAttestor implements RequestAttestor {
  readonly #trust: AttestationTrust
  readonly #clock: Clock

  constructor(trust: AttestationTrust, clock: Clock) {
    this.#trust = trust
    this.#clock = clock
  }

  async attest(token: string | undefined, request: AttestedRequest): Promise<void> {
    const { bypassToken } = this.#trust
    if (token === undefined || token === '') {
      throw new DomainError('invalid_attestation_token_header', 'the header attestation-token is missing')
    }
    if (bypassToken !== undefined && constantTimeEqual(token, bypassToken)) return
    if (!TOKEN.test(token)) {
      throw new DomainError('invalid_attestation_token_header', 'the header attestation-token is not one token')
    }
    this.#requireClaims(await this.#verifiedClaims(token), request)
  }

  async #verifiedClaims(token: string): Promise<JWTPayload> {
    const { keys, issuer } = this.#trust
    try {
      return await verifySignedToken(
        token,
        { keys, issuers: [issuer], algorithms: ['ES256'] },
        unixSeconds(this.#clock),
      )
    } catch (error) {
      if (!(error instanceof TokenRefused)) throw error
      throw error.fault === 'claim'
        ? refusedClaim(error)
        : new DomainError('invalid_attestation_token', 'the attestation token could not be verified', { cause: error })
    }
  }

  #requireClaims(claims: JWTPayload, request: AttestedRequest): void {
    const { pass, jti } = claims
    if (singleAudience(claims) !== this.#trust.audience) throw refusedClaim(new TokenRefused('claim', 'aud'))
    if (pass !== true) throw refusedClaim(new TokenRefused('claim', 'pass'))
    if (typeof jti !== 'string' || !constantTimeEqual(jti, requestHash(request))) {
      throw refusedClaim(new TokenRefused('claim', 'jti'))
    }
  }
}

function refusedClaim(cause: TokenRefused): DomainError {
  return new DomainError('invalid_attestation_token_claim', 'the attestation token is not for this request', { cause })
}

function requestHash({ method, path, body }: AttestedRequest): string {
  return createHash('sha256')
    .update(canonicalJson({ body, method, pathUri: path }))
    .digest('hex')
}
