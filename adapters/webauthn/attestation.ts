import { decodeAttestationObject, isoBase64URL } from '@simplewebauthn/server/helpers'
import { CeremonyFault } from './ceremony-fault.ts'

/**
 * We ask for no attestation and trust no root, so a statement tells us nothing. Clients answer `none`, or hand through
 * `packed` self attestation (WebAuthn Level 3 §5.1.3); anyone can write any of the others, `packed` with certificates too.
 * They stop here, unread: SimpleWebAuthn parses the certificates of whoever wrote them, for many milliseconds of the event
 * loop where they are made for that, builds `android-key` chains up to the one that the client itself sent as root, and on
 * the way fetches the revocation lists that they name, from any host and without a time limit.
 */
const ACCEPTED_FORMATS: ReadonlySet<string> = new Set(['none', 'packed'])

/**
 * @param attestationObject base64url
 * @throws {CeremonyFault} or whatever a library throws
 */
export function requireAcceptedAttestation(attestationObject: string): void {
  const decoded = decodeAttestationObject(isoBase64URL.toBuffer(attestationObject))
  const format: string = decoded.get('fmt')
  if (!ACCEPTED_FORMATS.has(format)) throw new CeremonyFault('The attestation statement format is not accepted')
  if (decoded.get('attStmt').get('x5c') !== undefined)
    throw new CeremonyFault('Attestation certificates are not accepted')
}
