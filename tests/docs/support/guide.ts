import { challengeOf, type Challenge } from '../../../application/challenge.ts'
import { readDocument, Vectors } from './markdown.ts'

/** The worked values of the client guide. */
export const guide = new Vectors(readDocument('docs/client-guide.md'))

/** The challenge that all examples answer. */
export function guideChallenge(): Challenge {
  return fromBase64(guide.get<string>('challenge'))
}

export function fromBase64(challenge: string): Challenge {
  return challengeOf(Buffer.from(challenge, 'base64').toString('base64url'))
}

export function utf8(base64url = ''): string {
  return Buffer.from(base64url, 'base64url').toString()
}
