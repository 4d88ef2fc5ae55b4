import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { challengeOf, type Challenge } from '../../application/challenge.ts'
import type { PasskeyVerifier } from '../../application/ports/passkey-verifier.ts'
import type { PasskeyCredential } from '../../domain/credential.ts'
import { DomainError } from '../../domain/domain-error.ts'
import type { Ceremony, Deviation, SoftwareAuthenticator } from '../support/software-authenticator.ts'

/** What every verifier under test is opened for. */
export const RELYING_PARTY = {
  relyingPartyId: 'example.org',
  relyingPartyName: 'Example Backup',
  origins: [
    'https://example.org',
    'https://backup.example.org',
    'android:apk-key-hash:w4PqGnAQXTHq6yErp3aq7XEhKfjXDFT3yVQzSpQlBfQ',
  ],
} as const

export function freshChallenge(): Challenge {
  return challengeOf(randomBytes(32).toString('base64url'))
}

/** A ceremony as the relying party expects it. */
export function ceremonyFor(challenge: string, changes: Partial<Ceremony> = {}): Ceremony {
  return { challenge, rpId: RELYING_PARTY.relyingPartyId, origin: RELYING_PARTY.origins[0], ...changes }
}

/** Registers the passkey and gives what a backup would keep of it. */
export async function register(
  verifier: PasskeyVerifier,
  authenticator: SoftwareAuthenticator,
  deviation?: Deviation,
): Promise<PasskeyCredential> {
  const challenge = freshChallenge()
  const registration = authenticator.create(ceremonyFor(challenge), deviation)
  const verified = await verifier.verifyRegistration(registration, challenge)
  return { kind: 'PASSKEY', label: null, registration, ...verified }
}

/** That `attempt` ends in a refusal with such a code, whether it throws or rejects. */
export async function expectRefusal(attempt: () => unknown, code: string | RegExp): Promise<void> {
  let outcome: unknown
  try {
    outcome = await attempt()
  } catch (error) {
    outcome = error
  }
  expect(outcome).to.be.instanceOf(DomainError)
  expect(outcome)
    .to.have.property('code')
    .that.matches(typeof code === 'string' ? new RegExp(`^${code}$`) : code)
}
