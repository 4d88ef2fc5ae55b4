import type { Credential, OidcAccountCredential } from '../domain/credential.ts'
import { DomainError } from '../domain/domain-error.ts'
import { maskEmail } from '../domain/masked-email.ts'
import type { Authorization } from './authorization.ts'
import type { OpenedChallenge } from './challenges.ts'
import type { PasskeyVerifier } from './ports/passkey-verifier.ts'
import type { Proved, SignatureProofs } from './signature-proofs.ts'

/** A new factor as its proof tells it: of an account, all but its provider's id at Turnkey. */
export type ProvedFactor = Exclude<Credential, OidcAccountCredential> | Omit<OidcAccountCredential, 'turnkeyProviderId'>

/** Checks that whoever brings a new main factor holds it, and keeps what is needed to recognise it later. */
export class ProveNewFactor {
  readonly #signatures: SignatureProofs
  readonly #passkeys: PasskeyVerifier

  constructor(signatures: SignatureProofs, passkeys: PasskeyVerifier) {
    this.#signatures = signatures
    this.#passkeys = passkeys
  }

  /** @throws {DomainError} the codes of the proof */
  async execute(authorization: Authorization, challenge: OpenedChallenge): Promise<Proved<ProvedFactor>> {
    switch (authorization.kind) {
      case 'EC_KEYPAIR':
        return this.#signatures.ecKeypair(authorization, challenge)
      case 'OIDC_ACCOUNT': {
        const { identity, consume } = await this.#signatures.oidcAccount(authorization, challenge)
        const { email, ...account } = identity
        return { identity: { ...account, maskedEmail: maskEmail(email) }, consume }
      }
      case 'PASSKEY': {
        const { kind, label, credential: registration } = authorization
        const verified = await this.#passkeys.verifyRegistration(registration, challenge.challenge)
        return { identity: { kind, ...verified, registration, label }, consume: [challenge.consumption] }
      }
    }
  }
}

/**
 * What is kept of the factor. A policy, so for after all proofs and look-ups.
 * @param turnkeyProviderId empty is as good as none; of no meaning for other kinds than accounts
 * @throws {DomainError} `missing_turnkey_provider_id`
 */
export function newCredential(factor: ProvedFactor, turnkeyProviderId: string | undefined): Credential {
  if (factor.kind !== 'OIDC_ACCOUNT') return factor
  if (turnkeyProviderId !== undefined && turnkeyProviderId !== '') return { ...factor, turnkeyProviderId }
  throw new DomainError('missing_turnkey_provider_id', 'an OIDC account needs its turnkeyProviderId')
}
