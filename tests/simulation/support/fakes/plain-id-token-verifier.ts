import type {
  IdTokenVerifier,
  PresentedIdToken,
  VerifiedIdToken,
} from '../../../../application/ports/id-token-verifier.ts'
import { DomainError } from '../../../../domain/domain-error.ts'
import type { EcPublicKey } from '../../../../domain/ec-public-key.ts'

export const PROVIDER = 'GOOGLE'

/** An ID token that says in plain words whose it is, and for which session key. */
export function plainIdToken(subject: string, nonce: string, sessionKey: EcPublicKey): string {
  return [subject, nonce, sessionKey].join(' ')
}

/** ID tokens in plain words: signed ones are checked in a thread pool, which no seed decides about. */
export class PlainIdTokenVerifier implements IdTokenVerifier {
  async verify({ provider, token }: PresentedIdToken, sessionKey: EcPublicKey): Promise<VerifiedIdToken> {
    const [subject, nonce, bound] = token.split(' ')
    if (subject === undefined || nonce === undefined || bound !== sessionKey) {
      throw new DomainError('oidc_token_invalid_nonce', 'the ID token is for another session key')
    }
    return { provider, subject, email: `${subject}@example.org`, nonce }
  }
}
