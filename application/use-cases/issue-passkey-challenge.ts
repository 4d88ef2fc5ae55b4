import type { Challenges } from '../challenges.ts'
import type { PasskeyOptions, PasskeyUser, PasskeyVerifier } from '../ports/passkey-verifier.ts'

export interface IssuedPasskeyChallenge {
  readonly options: PasskeyOptions
  readonly token: string
}

/** A WebAuthn challenge with all the options that the client's credential manager wants. */
export class IssuePasskeyChallenge {
  readonly #challenges: Challenges
  readonly #passkeys: PasskeyVerifier

  constructor(challenges: Challenges, passkeys: PasskeyVerifier) {
    this.#challenges = challenges
    this.#passkeys = passkeys
  }

  /** For the passkey that a new backup starts with. */
  async forCreation(user: PasskeyUser): Promise<IssuedPasskeyChallenge> {
    const { challenge, token } = await this.#challenges.issue('passkey', { operation: 'create' })
    return { options: await this.#passkeys.creationOptions(user, challenge), token }
  }

  /** For whichever passkey the owner picks. */
  async forAssertion(operation: 'retrieve' | 'verify-factor' | 'undelete'): Promise<IssuedPasskeyChallenge> {
    const { challenge, token } = await this.#challenges.issue('passkey', { operation })
    return { options: await this.#passkeys.requestOptions(challenge), token }
  }
}
