import { DomainError } from '../../domain/domain-error.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../domain/json.ts'

/** What the registration ceremony needs of a RegistrationResponseJSON (WebAuthn Level 3 §5.1); base64url. */
export interface RegistrationCredential {
  readonly id: string
  readonly clientDataJSON: string
  readonly attestationObject: string
}

/** What the authentication ceremony needs of an AuthenticationResponseJSON (WebAuthn Level 3 §5.1); base64url. */
export interface AssertionCredential {
  readonly id: string
  readonly clientDataJSON: string
  readonly authenticatorData: string
  readonly signature: string
}

/** A registration is kept as it was received, so what it may hold is bounded. One of iOS or Android is about 1 KiB. */
const MAX_SERIALIZED_BYTES = 16 * 1024
/** `clientExtensionResults.prf.results.first` is the deepest that WebAuthn goes. */
const MAX_NESTING = 16
/** WebAuthn Level 3 §7.1 step 26. */
const MAX_CREDENTIAL_ID_BYTES = 1023

/** @throws {DomainError} `webauthn_invalid_payload`, `webauthn_prf_results_not_allowed` */
export function parseRegistration(credential: JsonObject): RegistrationCredential {
  const { id, response } = parseCredential(credential)
  return {
    id,
    clientDataJSON: responseMember(response, 'clientDataJSON'),
    attestationObject: responseMember(response, 'attestationObject'),
  }
}

/** @throws {DomainError} `webauthn_invalid_payload`, `webauthn_prf_results_not_allowed` */
export function parseAssertion(credential: JsonObject): AssertionCredential {
  const { id, response } = parseCredential(credential)
  return {
    id,
    clientDataJSON: responseMember(response, 'clientDataJSON'),
    authenticatorData: responseMember(response, 'authenticatorData'),
    signature: responseMember(response, 'signature'),
  }
}

/** Members that no check needs are not looked at: client libraries differ in what they send. */
function parseCredential(credential: JsonObject): { id: string; response: JsonObject } {
  requireNoPrfResults(credential)
  // In this order: serialising a value that nests too deep overflows the stack.
  if (!nestsWithin(credential, MAX_NESTING)) throw invalidPayload('nests too deep')
  if (Buffer.byteLength(JSON.stringify(credential)) > MAX_SERIALIZED_BYTES) {
    throw invalidPayload(`is larger than ${MAX_SERIALIZED_BYTES} bytes`)
  }
  const { id, rawId, type, response } = credential
  if (!isBase64url(id) || Buffer.byteLength(id, 'base64url') > MAX_CREDENTIAL_ID_BYTES) {
    throw invalidPayload(`needs as id 1 to ${MAX_CREDENTIAL_ID_BYTES} bytes in unpadded base64url`)
  }
  if (!isAbsent(rawId) && rawId !== id) throw invalidPayload('has a rawId other than its id')
  if (!isAbsent(type) && type !== 'public-key') throw invalidPayload('has a type other than public-key')
  if (!isJsonObject(response)) throw invalidPayload('needs a response')
  return { id, response }
}

/** An output of PRF unseals the user's key, so a client that sends one is told before it becomes a habit. */
function requireNoPrfResults({ clientExtensionResults }: JsonObject): void {
  if (isAbsent(clientExtensionResults)) return
  // What is no object here could still hold the output, in a text for one, and would be stored with the rest.
  if (!isJsonObject(clientExtensionResults)) throw invalidPayload('has clientExtensionResults that are no object')
  const { prf } = clientExtensionResults
  if (isAbsent(prf)) return
  if (!isJsonObject(prf)) throw invalidPayload('has a clientExtensionResults.prf that is no object')
  if (!isAbsent(prf.results)) {
    throw new DomainError(
      'webauthn_prf_results_not_allowed',
      'clientExtensionResults.prf.results must not leave the client',
    )
  }
}

function responseMember(response: JsonObject, name: string): string {
  const value = response[name]
  if (isBase64url(value)) return value
  throw invalidPayload(`needs as response.${name} bytes in unpadded base64url`)
}

function invalidPayload(fault: string): DomainError {
  return new DomainError('webauthn_invalid_payload', `the passkey credential ${fault}`)
}

function isAbsent(value: JsonValue | undefined): value is null | undefined {
  return value === undefined || value === null
}

/** Canonical (RFC 4648 §3.5): credentials are compared by this text, so the same bytes must have one spelling. */
function isBase64url(value: JsonValue | undefined): value is string {
  return typeof value === 'string' && value !== '' && Buffer.from(value, 'base64url').toString('base64url') === value
}

function nestsWithin(value: JsonValue, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return levels > 0 && Object.values(value).every((member) => nestsWithin(member, levels - 1))
}
