import type { Credential } from '../domain/credential.ts'
import { DomainError } from '../domain/domain-error.ts'
import { maskEmail } from '../domain/masked-email.ts'
import type { Authorization } from './authorization.ts'
import type { OpenedChallenge } from './challenges.ts'
import type { PasskeyVerifier } from './ports/passkey-verifier.ts'
import type { Proved, SignatureProofs } from './signature-proofs.ts'

/** Checks that whoever brings a new main factor holds it, and keeps what is needed to recognise it later. */
export class ProveNewFactor {
  readonly #signatures: SignatureProofs
  readonly #passkeys: PasskeyVerifier

  constructor(signatures: SignatureProofs, passkeys: PasskeyVerifier) {
    this.#signatures = signatures
    this.#passkeys = passkeys
  }

  /**
   * @param turnkeyProviderId what an OIDC account is called at Turnkey; of no meaning for other kinds
   * @throws {DomainError} the codes of the proof, `missing_turnkey_provider_id`
   */
  async execute(
    authorization: Authorization,
    challenge: OpenedChallenge,
    turnkeyProviderId: string | undefined,
  ): Promise<Proved<Credential>> {
    switch (authorization.kind) {
      case 'EC_KEYPAIR':
        return this.#signatures.ecKeypair(authorization, challenge)
      case 'OIDC_ACCOUNT': {
        const { identity, consume } = await this.#signatures.oidcAccount(authorization, challenge)
        const { email, ...account } = identity
        if (turnkeyProviderId === undefined) {
          throw new DomainError('missing_turnkey_provider_id', 'an OIDC account needs its turnkeyProviderId')
        }
        return { identity: { ...account, maskedEmail: maskEmail(email), turnkeyProviderId }, consume }
      }
      case 'PASSKEY': {
        const { kind, label, credential: registration } = authorization
        const verified = await this.#passkeys.verifyRegistration(registration, challenge.challenge)
        return { identity: { kind, ...verified, registration, label }, consume: [challenge.consumption] }
      }
    }
  }
}
