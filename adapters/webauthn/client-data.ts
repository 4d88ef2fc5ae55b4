import { isoBase64URL } from '@simplewebauthn/server/helpers'
import { CeremonyFault } from './ceremony-fault.ts'

/**
 * What SimpleWebAuthn does not ask of the client data (WebAuthn Level 3 §5.8.1).
 *
 * That it has one meaning: Turnkey may check the same bytes with another parser, so no member may appear twice. And
 * that the page itself was asked (§7.1 step 11, §7.2 step 14): whoever embeds one of our origins in a frame must not be
 * able to have the user's passkey prompt appear there.
 * @param clientDataJSON base64url
 * @throws {CeremonyFault} or whatever a library throws
 */
export function requireClientDataOfTopLevelPage(clientDataJSON: string): void {
  const text = isoBase64URL.toUTF8String(clientDataJSON)
  const clientData: unknown = JSON.parse(text)
  if (typeof clientData !== 'object' || clientData === null)
    throw new CeremonyFault('The client data is no JSON object')
  if (countMembers(text) !== Object.keys(clientData).length) throw new CeremonyFault('The client data repeats a member')
  if ('crossOrigin' in clientData && clientData.crossOrigin !== null && clientData.crossOrigin !== false) {
    throw new CeremonyFault('The ceremony took place in a cross-origin frame')
  }
  if ('topOrigin' in clientData && clientData.topOrigin !== null)
    throw new CeremonyFault('The ceremony has a top origin')
}

/** The members of the outermost object as they are written; `JSON.parse` keeps one of each name. */
function countMembers(validJson: string): number {
  let depth = 0
  let members = 0
  for (const [token] of validJson.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:]/g)) {
    if (token === '{' || token === '[') depth += 1
    else if (token === '}' || token === ']') depth -= 1
    else if (token === ':' && depth === 1) members += 1
  }
  return members
}
