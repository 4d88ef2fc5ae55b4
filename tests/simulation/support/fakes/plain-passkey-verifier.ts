import { challengeOf, type Challenge } from '../../../../application/challenge.ts'
import type {
  ExpectedChallenge,
  PasskeyOptions,
  PasskeyUser,
  PasskeyVerifier,
  VerifiedRegistration,
} from '../../../../application/ports/passkey-verifier.ts'
import type { PasskeyCredential } from '../../../../domain/credential.ts'
import { DomainError } from '../../../../domain/domain-error.ts'
import type { JsonObject } from '../../../../domain/json.ts'

/** What a passkey says: the ceremonies' substance without their cryptography. */
export function plainCeremony(id: string, challenge: Challenge, counter: number): JsonObject {
  return { id, challenge, counter }
}

/** Passkeys whose ceremonies are plain JSON, signature counters included. */
export class PlainPasskeyVerifier implements PasskeyVerifier {
  async creationOptions(_user: PasskeyUser, challenge: Challenge): Promise<PasskeyOptions> {
    return { publicKey: { challenge } }
  }

  async requestOptions(challenge: Challenge): Promise<PasskeyOptions> {
    return { publicKey: { challenge } }
  }

  claimedCredentialId({ id }: JsonObject): string {
    if (typeof id === 'string') return id
    throw new DomainError('webauthn_invalid_payload', 'the passkey is not what WebAuthn makes')
  }

  async verifyRegistration(registration: JsonObject, challenge: Challenge): Promise<VerifiedRegistration> {
    const credentialId = this.claimedCredentialId(registration)
    return { credentialId, publicKey: credentialId, signatureCounter: requireAnswer(registration, challenge) }
  }

  async verifyAssertion(
    assertion: JsonObject,
    expected: ExpectedChallenge,
    stored: PasskeyCredential,
  ): Promise<number> {
    const challenge = expected.kind === 'challenge' ? expected.challenge : challengeOf(expected.text)
    if (assertion.id !== stored.credentialId) throw notVerified()
    return requireAnswer(assertion, challenge)
  }
}

function requireAnswer({ challenge, counter }: JsonObject, expected: Challenge): number {
  if (challenge !== expected || typeof counter !== 'number') throw notVerified()
  return counter
}

function notVerified(): DomainError {
  return new DomainError('webauthn_error', 'the passkey could not be verified')
}
