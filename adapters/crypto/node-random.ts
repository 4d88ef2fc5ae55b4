import { randomBytes, randomInt, randomUUID } from 'node:crypto'
import { challengeOf, type Challenge } from '../../application/challenge.ts'
import type { Random } from '../../application/ports/random.ts'

const CHALLENGE_BYTES = 32
const STEPS = 2 ** 32

/** OpenSSL's generator. */
export class NodeRandom implements Random {
  uuid(): string {
    return randomUUID()
  }

  challenge(): Challenge {
    return challengeOf(randomBytes(CHALLENGE_BYTES).toString('base64url'))
  }

  fraction(): number {
    return randomInt(STEPS) / STEPS
  }
}
