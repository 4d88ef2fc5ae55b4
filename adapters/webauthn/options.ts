import { randomBytes } from 'node:crypto'
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server'
import type { PasskeyOptions, PasskeyUser } from '../../application/ports/passkey-verifier.ts'
import type { Challenge } from '../../application/challenge.ts'
import { SUPPORTED_ALGORITHMS } from './credential-public-key.ts'
import type { RelyingParty } from './relying-party.ts'

const TIMEOUT_MS = 300_000
const USER_HANDLE_BYTES = 32

/**
 * The same for iOS and Android. `platform` is what iOS and Android call their credential managers: iCloud
 * Keychain, Google Password Manager and the third-party providers beside them. Leaving the attachment open would also
 * offer security keys, which most of these platforms cannot ask for a PRF value: a passkey there could not unseal
 * anything.
 */
export function creationOptions(
  { relyingPartyId, relyingPartyName }: RelyingParty,
  { name, displayName }: PasskeyUser,
  challenge: Challenge,
): PasskeyOptions {
  const publicKey = {
    challenge,
    rp: { id: relyingPartyId, name: relyingPartyName },
    // Fresh each time: a credential manager replaces the passkey that it has for the same user handle (§5.4.3).
    user: { id: randomBytes(USER_HANDLE_BYTES).toString('base64url'), name, displayName },
    pubKeyCredParams: SUPPORTED_ALGORITHMS.map((alg) => ({ type: 'public-key' as const, alg })),
    timeout: TIMEOUT_MS,
    attestation: 'none',
    excludeCredentials: [],
    authenticatorSelection: {
      authenticatorAttachment: 'platform',
      residentKey: 'required',
      requireResidentKey: true,
      userVerification: 'required',
    },
    hints: [],
    // Some authenticators prepare for PRF at creation or never. What to evaluate is between the client and them.
    extensions: { prf: {} },
  } satisfies PublicKeyCredentialCreationOptionsJSON
  return { publicKey }
}

export function requestOptions({ relyingPartyId }: RelyingParty, challenge: Challenge): PasskeyOptions {
  const publicKey = {
    challenge,
    timeout: TIMEOUT_MS,
    rpId: relyingPartyId,
    allowCredentials: [],
    userVerification: 'required',
  } satisfies PublicKeyCredentialRequestOptionsJSON
  return { publicKey, mediation: 'conditional' }
}
