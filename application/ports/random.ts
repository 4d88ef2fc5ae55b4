import type { Challenge } from '../challenge.ts'

/** Unguessable values, from a cryptographically secure generator. */
export interface Random {
  /** A version 4 UUID (RFC 9562 §5.4). */
  uuid(): string
  /** 32 random bytes. */
  challenge(): Challenge
  /** Evenly spread over [0, 1); for jitter, not for secrets. */
  fraction(): number
}
