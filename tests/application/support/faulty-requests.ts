import { randomUUID } from 'node:crypto'
import type { Authorization } from '../../../application/authorization.ts'
import { challengeOf, type Challenge, type ChallengeType } from '../../../application/challenge.ts'
import type { ChallengeContext } from '../../../application/challenge-context.ts'
import { unixSeconds } from '../../../application/ports/clock.ts'
import type { Answer, CreatedBackup } from '../../support/application-harness.ts'
import type { P256Keypair } from '../../support/keypair.ts'
import { keypairAuthorization } from './factor-clients.ts'
import type { InterleavedHarness } from './open-harness.ts'

/** What can be wrong with a request, in the order in which it is checked. */
export const FAULTS = [
  'authorization type',
  'challenge token',
  'challenge type',
  'context',
  'proof',
  'sync factor token',
  'lookup',
  'policy',
  'consumption',
] as const
export type Fault = (typeof FAULTS)[number]

/** A challenge that nobody was given. */
export const FOREIGN_CHALLENGE = challengeOf('A'.repeat(43))

export const PASSKEY_AUTHORIZATION: Authorization = { kind: 'PASSKEY', credential: {}, label: null }

/** Makes the parts of one request: right, but for the faults it is to have. */
export class FaultyRequest {
  readonly harness: InterleavedHarness
  readonly backup: CreatedBackup
  readonly #faults: ReadonlySet<Fault>

  constructor(harness: InterleavedHarness, backup: CreatedBackup, faults: Iterable<Fault> = []) {
    this.harness = harness
    this.backup = backup
    this.#faults = new Set(faults)
  }

  has(fault: Fault): boolean {
    return this.#faults.has(fault)
  }

  /** What to sign, and the token that goes with it. */
  async issue(context: ChallengeContext, type: ChallengeType = 'keypair'): Promise<{ sign: Challenge; token: string }> {
    const { challenges } = this.harness.application
    const issuedType = this.has('challenge type') ? 'passkey' : type
    const issuedContext = this.has('context') ? otherThan(context) : context
    const { challenge, token } = await challenges.issue(issuedType, issuedContext)
    if (this.has('consumption')) {
      const { consumption } = await challenges.open(token, issuedType, issuedContext.operation)
      await this.harness.index.commit({ id: randomUUID(), at: unixSeconds(this.harness.clock), consume: [consumption] })
    }
    return {
      sign: this.has('proof') ? FOREIGN_CHALLENGE : challenge,
      token: this.has('challenge token') ? 'nonsense' : token,
    }
  }

  async answer(keypair: P256Keypair, context: ChallengeContext): Promise<Answer> {
    const { sign, token } = await this.issue(context)
    const authorization = this.has('authorization type') ? PASSKEY_AUTHORIZATION : keypairAuthorization(keypair, sign)
    return { authorization, challengeToken: token }
  }
}

function otherThan({ operation }: ChallengeContext): ChallengeContext {
  return { operation: operation === 'create' ? 'retrieve' : 'create' }
}
