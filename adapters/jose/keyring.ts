import { randomBytes } from 'node:crypto'
import { decodeBase64url } from './base64url.ts'

/** A key and the name that tokens know it by. Secret: never log it. */
export interface KeyringEntry {
  /** The `kid` header (RFC 7516 §4.1.6): 1 to 32 characters of `A-Z a-z 0-9 . _ -`. Public. */
  readonly kid: string
  /** 32 bytes (A256GCM, RFC 7518 §5.3). */
  readonly key: Uint8Array
}

/** The first key seals, all open: so keys are replaced without failing anyone. */
export type Keyring = readonly KeyringEntry[]

/** A keyring, or everything that is wrong with its text, for people to read. No fault quotes the text. */
export type ParsedKeyring =
  | { readonly outcome: 'valid'; readonly keyring: Keyring }
  | { readonly outcome: 'invalid'; readonly faults: readonly string[] }

const KEY_BYTES = 32
/** Too short for a key in base64url or hex, so a key can't become public by standing in the place of its kid. */
const KID = /^[A-Za-z0-9._-]{1,32}$/

/** @param text `kid:key`, comma-separated, the key being 32 bytes in base64url without padding */
export function parseKeyring(text: string): ParsedKeyring {
  const entries = text.split(',').map((entry) => entry.trim())
  const keyring = entries.map(parseEntry)
  const faults = text.trim() === '' ? keyringFaults([]) : keyringFaults(keyring)
  return faults.length === 0 ? { outcome: 'valid', keyring } : { outcome: 'invalid', faults }
}

/** What `parseKeyring` reads. The text holds the keys. */
export function formatKeyring(keyring: Keyring): string {
  return keyring.map(({ kid, key }) => `${kid}:${Buffer.from(key).toString('base64url')}`).join(',')
}

/** A new random key, its kid dated for whoever must find the oldest one. */
export function generateKeyringEntry(now: Date): KeyringEntry {
  const kid = `${now.toISOString().slice(0, 10)}-${randomBytes(4).toString('hex')}`
  return { kid, key: randomBytes(KEY_BYTES) }
}

/** Everything that is wrong with a keyring. Keys are told by position: a misplaced key may stand where its kid should. */
export function keyringFaults(keyring: Keyring): readonly string[] {
  if (keyring.length === 0) return ['there is no key']
  return keyring.flatMap(({ kid, key }, index) => {
    const faults = []
    if (!KID.test(kid)) faults.push('its kid (before the colon) is not 1 to 32 of A-Z a-z 0-9 . _ -')
    if (key.length !== KEY_BYTES) faults.push('it is not 32 bytes (43 characters of base64url without padding)')
    if (keyring.findIndex((other) => other.kid === kid) < index) faults.push('its kid is that of a key before it')
    return faults.map((fault) => `key ${index + 1}: ${fault}`)
  })
}

function parseEntry(entry: string): KeyringEntry {
  const colon = entry.indexOf(':')
  const kid = entry.slice(0, Math.max(colon, 0))
  return { kid, key: decodeBase64url(entry.slice(colon + 1)) ?? new Uint8Array() }
}
