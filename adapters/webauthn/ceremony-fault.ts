/** Which check a ceremony did not pass. Holds nothing that the client sent but an origin, so that it can be logged. */
export class CeremonyFault extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'CeremonyFault'
  }
}

/** How those messages of SimpleWebAuthn begin that are known; what follows may quote the client, a challenge even. */
const KNOWN_BEGINNINGS = [
  'Unexpected registration response type',
  'Unexpected registration response challenge',
  'Unexpected authentication response type',
  'Unexpected authentication response challenge',
  'Unexpected value for TokenBinding',
  'Unexpected tokenBinding',
  'ClientDataJSON tokenBinding was not an object',
  'Unexpected RP ID hash',
  'User presence was required',
  'User not present during authentication',
  'User verification was required',
  'User verification required',
  'Single-device credential indicated that it was backed up',
  'Authenticator data was', // too short
  'Leftover bytes detected while parsing authenticator data',
  'Error decoding authenticator extensions',
  'No credential ID was provided by authenticator',
  'No public key was provided by authenticator',
  'No AAGUID was present during registration',
  'Credential public key was missing',
  'Unexpected public key alg',
  'None attestation had unexpected attestation statement',
  'Attestation statement',
  'No attestation signature provided in attestation statement',
] as const

const UNEXPECTED_ORIGIN = /^Unexpected (?:registration|authentication) response origin "([^"]*)"/
/** Also of those that are written wrong, which are the ones that an operator looks for. */
const ORIGIN = /^(?:https?:\/\/[A-Za-z0-9.:[\]-]{1,260}\/?|android:apk-key-hash:[A-Za-z0-9+/=_-]{1,64})$/

/** What of an error of a ceremony can be logged. Libraries and V8 quote what they could not read: that ends here. */
export function ceremonyFault(error: unknown): CeremonyFault {
  if (error instanceof CeremonyFault) return error
  if (!(error instanceof Error)) return new CeremonyFault('unknown')
  const { message, name } = error
  const origin = UNEXPECTED_ORIGIN.exec(message)?.[1]
  if (origin !== undefined)
    return new CeremonyFault(`Unexpected origin ${ORIGIN.test(origin) ? origin : 'of another form'}`)
  const known = KNOWN_BEGINNINGS.find((beginning) => message.startsWith(beginning))
  return new CeremonyFault(known ?? `unreadable: ${name}`)
}
