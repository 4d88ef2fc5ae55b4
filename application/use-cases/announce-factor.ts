import type { EcPublicKey } from '../../domain/ec-public-key.ts'
import { announcedAccount, type AnnouncedFactor } from '../announced-factor.ts'
import type { Challenge } from '../challenge.ts'
import type { Challenges, IssuedChallenge } from '../challenges.ts'
import type { PasskeyOptions, PasskeyUser, PasskeyVerifier } from '../ports/passkey-verifier.ts'
import type { Random } from '../ports/random.ts'

/** The main factor that somebody wants to add. */
export type NewFactor =
  | ({ readonly kind: 'PASSKEY' } & PasskeyUser)
  | { readonly kind: 'OIDC_ACCOUNT'; readonly idToken: string }
  | { readonly kind: 'EC_KEYPAIR'; readonly publicKey: EcPublicKey }

/** One challenge for a factor of the backup, to agree to exactly this new factor, and one for the new factor itself. */
export interface AnnouncedChallenges {
  readonly forExistingFactor: IssuedChallenge
  readonly forNewFactor: IssuedChallenge
  /** For a passkey: the options that carry its challenge. */
  readonly creationOptions: PasskeyOptions | undefined
}

/** Starts adding a main factor: binds both challenges to the one that is announced. */
export class AnnounceFactor {
  readonly #challenges: Challenges
  readonly #passkeys: PasskeyVerifier
  readonly #random: Random

  constructor(challenges: Challenges, passkeys: PasskeyVerifier, random: Random) {
    this.#challenges = challenges
    this.#passkeys = passkeys
    this.#random = random
  }

  async execute(factor: NewFactor): Promise<AnnouncedChallenges> {
    const challenge = this.#random.challenge()
    const creationOptions =
      factor.kind === 'PASSKEY' ? await this.#passkeys.creationOptions(factor, challenge) : undefined
    const newFactor = await this.#announced(factor, challenge)
    const type = factor.kind === 'PASSKEY' ? 'passkey' : 'keypair'
    return {
      forExistingFactor: await this.#challenges.issue('any', { operation: 'add-factor', newFactor }),
      forNewFactor: await this.#challenges.issue(type, { operation: 'add-factor-new-factor', newFactor }, challenge),
      creationOptions,
    }
  }

  async #announced(factor: NewFactor, creationChallenge: Challenge): Promise<AnnouncedFactor> {
    switch (factor.kind) {
      case 'PASSKEY':
        return { kind: 'PASSKEY', creationChallenge }
      case 'OIDC_ACCOUNT':
        return announcedAccount(factor.idToken)
      case 'EC_KEYPAIR':
        return { kind: 'EC_KEYPAIR', publicKey: factor.publicKey }
    }
  }
}
