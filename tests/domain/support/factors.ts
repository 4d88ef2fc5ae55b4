import type {
  Credential,
  EcKeypairCredential,
  OidcAccountCredential,
  PasskeyCredential,
} from '../../../domain/credential.ts'
import { parseEcPublicKey, type EcPublicKey } from '../../../domain/ec-public-key.ts'
import { factorId, type Factor, type FactorId } from '../../../domain/factor.ts'

/** The nth passkey: another n, another credential. */
export function passkey(n: number, change: Partial<PasskeyCredential> = {}): PasskeyCredential {
  const credentialId = Buffer.from(`credential ${n}`).toString('base64url')
  return {
    kind: 'PASSKEY',
    credentialId,
    registration: { id: credentialId, response: { transports: ['internal'] }, type: 'public-key' },
    label: `passkey ${n}`,
    publicKey: Buffer.from(`COSE key ${n}`).toString('base64url'),
    signatureCounter: 0,
    ...change,
  }
}

/** The nth account at Google: another n, another subject. */
export function oidcAccount(n: number, change: Partial<OidcAccountCredential> = {}): OidcAccountCredential {
  return {
    kind: 'OIDC_ACCOUNT',
    provider: 'GOOGLE',
    subject: `subject-${n}`,
    maskedEmail: `jo***@example-${n}.org`,
    turnkeyProviderId: `turnkey-provider-${n}`,
    ...change,
  }
}

/** The nth keypair: another n, another public key. */
export function ecKeypair(n: number): EcKeypairCredential {
  return { kind: 'EC_KEYPAIR', publicKey: ecPublicKey(n) }
}

/** In the form of a P-256 point, which is all the domain asks for. */
function ecPublicKey(n: number): EcPublicKey {
  const point = Buffer.alloc(65)
  point.writeUInt8(4, 0)
  point.writeUInt32BE(n, 61)
  return parseEcPublicKey(point.toString('base64'))
}

/** The nth factor of a test: another n, another id and time. */
export function factor<Kind extends Credential>(n: number, credential: Kind): Factor<Kind> {
  return { id: nthFactorId(n), createdAt: 1_700_000_000 + n, credential }
}

export function nthFactorId(n: number): FactorId {
  return factorId(`00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`)
}

/** `count` different factors with keypairs, numbered from `first`. */
export function keypairFactors(count: number, first: number): Factor<EcKeypairCredential>[] {
  return Array.from({ length: count }, (_, index) => factor(first + index, ecKeypair(first + index)))
}
