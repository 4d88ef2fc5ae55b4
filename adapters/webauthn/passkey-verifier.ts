import { createHash } from 'node:crypto'
import { verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server'
import type { Challenge } from '../../application/challenge.ts'
import type {
  ExpectedChallenge,
  PasskeyOptions,
  PasskeyUser,
  PasskeyVerifier,
  VerifiedRegistration,
} from '../../application/ports/passkey-verifier.ts'
import type { PasskeyCredential } from '../../domain/credential.ts'
import { DomainError } from '../../domain/domain-error.ts'
import type { JsonObject } from '../../domain/json.ts'
import { requireAcceptedAttestation } from './attestation.ts'
import { CeremonyFault, ceremonyFault } from './ceremony-fault.ts'
import { requireClientDataOfTopLevelPage } from './client-data.ts'
import { parseAssertion, parseRegistration } from './credential-json.ts'
import { requireUsableKey, signsWithEcdsa, SUPPORTED_ALGORITHMS } from './credential-public-key.ts'
import { isDerSignature } from './der-signature.ts'
import { creationOptions, requestOptions } from './options.ts'
import type { RelyingParty } from './relying-party.ts'

/** The ceremonies by SimpleWebAuthn, and beside it the checks that it leaves to its caller. */
export class WebAuthnPasskeyVerifier implements PasskeyVerifier {
  readonly #relyingParty: RelyingParty
  readonly #expected: { expectedRPID: string; expectedOrigin: string[]; requireUserVerification: true }

  constructor(relyingParty: RelyingParty) {
    this.#relyingParty = relyingParty
    this.#expected = {
      expectedRPID: relyingParty.relyingPartyId,
      expectedOrigin: [...relyingParty.origins],
      requireUserVerification: true,
    }
  }

  async creationOptions(user: PasskeyUser, challenge: Challenge): Promise<PasskeyOptions> {
    return creationOptions(this.#relyingParty, user, challenge)
  }

  async requestOptions(challenge: Challenge): Promise<PasskeyOptions> {
    return requestOptions(this.#relyingParty, challenge)
  }

  claimedCredentialId(assertion: JsonObject): string {
    return parseAssertion(assertion).id
  }

  async verifyRegistration(registration: JsonObject, challenge: Challenge): Promise<VerifiedRegistration> {
    const { id, ...response } = parseRegistration(registration)
    return ceremony(async () => {
      requireClientDataOfTopLevelPage(response.clientDataJSON)
      requireAcceptedAttestation(response.attestationObject)
      const { verified, registrationInfo } = await verifyRegistrationResponse({
        ...this.#expected,
        response: { ...publicKeyCredential(id), response },
        expectedChallenge: challenge,
        supportedAlgorithmIDs: SUPPORTED_ALGORITHMS,
      })
      if (!verified) throw new CeremonyFault('The attestation statement does not verify')
      const { credential } = registrationInfo
      if (credential.id !== id)
        throw new CeremonyFault('The id is not that of the credential in the authenticator data')
      requireUsableKey(credential.publicKey)
      return {
        credentialId: id,
        publicKey: Buffer.from(credential.publicKey).toString('base64url'),
        signatureCounter: credential.counter,
      }
    })
  }

  async verifyAssertion(
    assertion: JsonObject,
    expected: ExpectedChallenge,
    stored: PasskeyCredential,
  ): Promise<number> {
    const { id, ...response } = parseAssertion(assertion)
    return ceremony(async () => {
      if (id !== stored.credentialId) throw new CeremonyFault('The id is not that of the stored credential')
      requireClientDataOfTopLevelPage(response.clientDataJSON)
      const publicKey = Uint8Array.from(Buffer.from(stored.publicKey, 'base64url'))
      const ecdsa = signsWithEcdsa(publicKey)
      if (ecdsa && !isDerSignature(Buffer.from(response.signature, 'base64url'))) {
        throw new CeremonyFault('The signature is not DER')
      }
      // Turnkey's stamps are ES256; that this one was made for Turnkey too is all that speaks for it.
      if (expected.kind === 'text-digest' && !ecdsa) throw new CeremonyFault('A stamp is an ES256 signature')
      const { verified, authenticationInfo } = await verifyAuthenticationResponse({
        ...this.#expected,
        response: { ...publicKeyCredential(id), response },
        expectedChallenge: webAuthnChallenge(expected),
        // With 0 for the last counter SimpleWebAuthn never objects. Whether the counter has moved on is the backup's
        // rule: it has to hold against the state that the commit replaces, and not against what was read before it.
        credential: { id, publicKey, counter: 0 },
      })
      if (!verified) throw new CeremonyFault('The signature does not verify')
      return authenticationInfo.newCounter
    })
  }
}

/** What no check needs never reaches SimpleWebAuthn. */
function publicKeyCredential(id: string) {
  return { id, rawId: id, type: 'public-key' as const, clientExtensionResults: {} }
}

/** As the client data holds it: base64url. */
function webAuthnChallenge(expected: ExpectedChallenge): string {
  if (expected.kind === 'challenge') return expected.challenge
  const digest = createHash('sha256').update(expected.text).digest('hex')
  return Buffer.from(digest).toString('base64url')
}

/** Whatever is thrown inside is about what the client sent: SimpleWebAuthn meets odd bytes with errors of any kind. */
async function ceremony<Outcome>(verify: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await verify()
  } catch (error) {
    throw new DomainError('webauthn_error', 'the passkey could not be verified', { cause: ceremonyFault(error) })
  }
}
