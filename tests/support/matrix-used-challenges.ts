import { FACTOR_ROWS } from './matrix-cells.ts'
import { accepted, type ChallengeWithToken } from './matrix-client.ts'
import type { FactorRow } from './matrix-dimensions.ts'
import { expectedOutcome, rightChallenge } from './matrix-oracle.ts'
import { prepareFactorRow } from './matrix-rows.ts'
import type { MatrixWorld } from './matrix-world.ts'

/** For each position and type of challenge, one that worked once. */
export class UsedChallenges {
  readonly #world: MatrixWorld
  readonly #used = new Map<string, Promise<ChallengeWithToken>>()

  constructor(world: MatrixWorld) {
    this.#world = world
  }

  /** One that would serve in the right cell of this row. */
  of({ position, kind }: FactorRow): Promise<ChallengeWithToken> {
    const { context, type } = rightChallenge(position, kind)
    const key = `${context}, ${type}`
    const used = this.#used.get(key) ?? this.#use(position, type === 'passkey' ? 'PASSKEY' : 'EC_KEYPAIR')
    this.#used.set(key, used)
    return used
  }

  /** Uses one as a factor does that may. */
  async #use(position: FactorRow['position'], kind: FactorRow['kind']): Promise<ChallengeWithToken> {
    const right = rightChallenge(position, kind)
    const row = FACTOR_ROWS.find(
      (candidate) =>
        candidate.position === position && candidate.kind === kind && expectedOutcome(candidate, right).startsWith('2'),
    )
    if (row === undefined) throw new Error(`nothing succeeds in ${position}`)
    const prepared = await prepareFactorRow(this.#world, row, () => this.of(row))
    const challenge = await this.#world.challenges.fresh(right.context, right.type, this.#world.bindings)
    accepted(await prepared.send(challenge, right))
    return challenge
  }
}
