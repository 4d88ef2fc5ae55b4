import { isIP } from 'node:net'
import type { RelyingParty } from '../adapters/webauthn/relying-party.ts'
import type { Environment } from './environment.ts'

const ANDROID_ORIGIN = /^android:apk-key-hash:[A-Za-z0-9_-]{43}$/
/** In lower case and ASCII, as browsers have it: a passkey is bound to the hash of this very text. */
const HOST_NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/
const MAX_HOST_NAME_LENGTH = 253

/** Who passkeys are made for, as `WEBAUTHN_…` says: of a mistake here only the users would be told, one by one. */
export function relyingParty(environment: Environment, production: boolean): RelyingParty {
  const relyingPartyId = environment.text('WEBAUTHN_RP_ID') ?? (production ? undefined : 'localhost')
  if (relyingPartyId === undefined) environment.fault('WEBAUTHN_RP_ID', 'has to be set in production')
  else if (!isHostName(relyingPartyId)) {
    environment.fault('WEBAUTHN_RP_ID', 'is a host name in lower case, without scheme, port or path, and no IP address')
  }
  return {
    relyingPartyId: relyingPartyId ?? '',
    relyingPartyName: environment.text('WEBAUTHN_RP_NAME') ?? 'Backup Service',
    origins: origins(environment, production),
  }
}

/**
 * The web origins that are neither at the RP id nor at a subdomain of it. A browser offers the passkeys there only if
 * the RP id's host lists them (WebAuthn Level 3 §5.11, related origins), so it may be meant, and may be a slip.
 */
export function originsElsewhere({ relyingPartyId, origins }: RelyingParty): readonly string[] {
  return origins.filter((origin) => !ANDROID_ORIGIN.test(origin) && !isWithin(new URL(origin).hostname, relyingPartyId))
}

function origins(environment: Environment, production: boolean): readonly string[] {
  const named = environment.list('WEBAUTHN_ORIGINS')
  if (production && named.length === 0) environment.fault('WEBAUTHN_ORIGINS', 'has to be set in production')
  const accepted = production || named.length > 0 ? named : ['http://localhost:8000']
  for (const origin of accepted) {
    const fault = faultOf(origin, production)
    if (fault !== undefined) environment.fault('WEBAUTHN_ORIGINS', `holds "${origin}", ${fault}`)
  }
  return accepted
}

function faultOf(origin: string, production: boolean): string | undefined {
  if (ANDROID_ORIGIN.test(origin)) return undefined
  const url = URL.parse(origin)
  if (url?.origin !== origin) return 'which is no web origin and no android:apk-key-hash:…'
  // Browsers offer no passkeys elsewhere; a test client may.
  if (production && url.protocol !== 'https:' && !isWithin(url.hostname, 'localhost')) {
    return 'which is neither https nor on localhost'
  }
  return undefined
}

function isWithin(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`)
}

/** `1.2` is none either: in a URL that is an IP address. */
function isHostName(text: string): boolean {
  const wellFormed = text.length <= MAX_HOST_NAME_LENGTH && HOST_NAME.test(text) && isIP(text) === 0
  return wellFormed && URL.parse(`https://${text}`)?.hostname === text
}
