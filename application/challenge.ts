import type { Brand } from '../domain/brand.ts'

/** 32 random bytes, base64url without padding (RFC 4648 §5), as WebAuthn writes challenges. */
export type Challenge = Brand<string, 'Challenge'>

/** The one cast: challenges are made by the random generator and come back in sealed tokens. */
export function challengeOf(base64url: string): Challenge {
  return base64url as Challenge
}

/** The same bytes as clients of keypair challenges get them: base64 with padding (RFC 4648 §4). */
export function challengeInBase64(challenge: Challenge): string {
  const base64 = challenge.replaceAll('-', '+').replaceAll('_', '/')
  return base64.padEnd(Math.ceil(base64.length / 4) * 4, '=')
}

/**
 * How a challenge must be answered: by a signature over its bytes, by a WebAuthn ceremony, or by whichever the existing
 * factor of an add-factor is capable of.
 */
export type ChallengeType = 'keypair' | 'passkey' | 'any'
