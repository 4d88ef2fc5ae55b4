import type { ChallengeContext } from '../challenge-context.ts'
import type { Challenges, IssuedChallenge } from '../challenges.ts'

/** A challenge to be signed, over its raw bytes, by an EC keypair or an OIDC session key. */
export class IssueKeypairChallenge {
  readonly #challenges: Challenges

  constructor(challenges: Challenges) {
    this.#challenges = challenges
  }

  execute(context: ChallengeContext): Promise<IssuedChallenge> {
    return this.#challenges.issue('keypair', context)
  }
}
