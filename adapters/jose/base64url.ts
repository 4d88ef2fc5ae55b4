/**
 * Base64url without padding (RFC 4648 §5), read strictly: no padding, no white space, spare bits zero. jose itself reads
 * several spellings of the same bytes.
 * @returns `undefined` for anything else
 */
export function decodeBase64url(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : undefined
}
