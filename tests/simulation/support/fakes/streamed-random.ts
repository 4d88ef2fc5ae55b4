import { challengeOf, type Challenge } from '../../../../application/challenge.ts'
import type { Random } from '../../../../application/ports/random.ts'
import { currentWork } from '../engine/attempt.ts'

/** Random values from the stream of whomever the service works for. */
export class StreamedRandom implements Random {
  uuid(): string {
    const hex = Buffer.from(currentWork().ids.bytes(16)).toString('hex')
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`
  }

  challenge(): Challenge {
    return challengeOf(Buffer.from(currentWork().ids.bytes(32)).toString('base64url'))
  }

  fraction(): number {
    return currentWork().ids.fraction()
  }
}
