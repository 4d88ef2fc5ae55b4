import type { Challenge } from '../../../../application/challenge.ts'
import type { IssuedChallenge } from '../../../../application/challenges.ts'
import type { Xoshiro128 } from '../engine/xoshiro128.ts'

/** A challenge as a client has it, answered before or not. */
export interface HeldChallenge {
  readonly challenge: Challenge
  readonly token: string
  /** Milliseconds since the epoch. */
  readonly issuedAt: number
}

const KEPT = 6

/** The challenges that clients got of late, by what they are for. */
export class ChallengeDrawer {
  readonly #held = new Map<string, HeldChallenge[]>()

  /** @param purpose equal exactly where one challenge could stand for the other */
  keep(purpose: string, { challenge, token }: IssuedChallenge, issuedAt: number): HeldChallenge {
    const held = this.#held.get(purpose) ?? []
    this.#held.set(purpose, held)
    const kept = { challenge, token, issuedAt }
    held.push(kept)
    if (held.length > KEPT) held.shift()
    return kept
  }

  find(purpose: string, random: Xoshiro128): HeldChallenge | undefined {
    const held = this.#held.get(purpose) ?? []
    return held.length === 0 ? undefined : random.pick(held)
  }
}
