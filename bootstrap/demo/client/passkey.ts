import { createHash } from 'node:crypto'
import type { SoftwareAuthenticator } from './software-authenticator.ts'
import type { CreationOptionsJSON, PasskeyAuthorization, PasskeyCredentialJSON, RequestOptionsJSON } from './wire.ts'

/** Chosen by the app once and for all: the same input gives the same secret again, on every device of the user. */
const PRF_INPUT = Buffer.from('sealing key of the backup').toString('base64url')

export interface PasskeyAnswer {
  readonly authorization: PasskeyAuthorization
  /** The PRF output. It opens the user's key and never leaves the device. */
  readonly secret: Uint8Array
}

/** A passkey as the app uses it. On a phone the platform takes the place of the software authenticator. */
export class Passkey {
  readonly #authenticator: SoftwareAuthenticator
  readonly #origin: string
  #rpId = ''

  constructor(authenticator: SoftwareAuthenticator, origin: string) {
    this.#authenticator = authenticator
    this.#origin = origin
  }

  /** Makes the passkey. Platforms that give no PRF output here give it at the first assertion. */
  register(options: CreationOptionsJSON, label: string): PasskeyAnswer {
    this.#rpId = options.rp.id
    const { authorization, secret } = split(this.#authenticator.create(withPrf(options), this.#origin))
    return { authorization: { ...authorization, label }, secret }
  }

  assert(options: RequestOptionsJSON): PasskeyAnswer {
    return split(this.#authenticator.get(withPrf(options), this.#origin))
  }

  /** Agrees to a new factor: the same bytes that a keypair would sign become the WebAuthn challenge. */
  assertBytes(challenge: string): PasskeyAuthorization {
    const base64url = Buffer.from(challenge, 'base64').toString('base64url')
    return this.assert({ rpId: this.#rpId, challenge: base64url }).authorization
  }

  /** Stamps a Turnkey activity: the challenge is the lower-case hex SHA-256 of its exact text, as 64 ASCII bytes. */
  stamp(activity: string): PasskeyAuthorization {
    const digest = createHash('sha256').update(activity).digest('hex')
    return this.assertBytes(Buffer.from(digest).toString('base64'))
  }
}

function withPrf<Options extends object>(options: Options) {
  return { ...options, extensions: { prf: { eval: { first: PRF_INPUT } } } }
}

/** The service refuses a credential that still has the PRF output in it (`webauthn_prf_results_not_allowed`). */
function split({ clientExtensionResults, ...credential }: PasskeyCredentialJSON): PasskeyAnswer {
  const output = clientExtensionResults.prf?.results?.first
  if (output === undefined) throw new Error('this passkey has no PRF')
  return {
    authorization: { kind: 'PASSKEY', credential: { ...credential, clientExtensionResults: {} } },
    secret: Buffer.from(output, 'base64url'),
  }
}
