import { createHmac } from 'node:crypto'
import type { IssuerKey } from './local-issuer.ts'

/** A change to the text of a compact JWS that no issuer would make. */
export interface JwsMutation {
  readonly title: string
  readonly fault: 'malformed' | 'untrusted'
  readonly mutate: (parts: JwsParts, signer: IssuerKey) => string
}

interface JwsParts {
  readonly token: string
  readonly header: string
  readonly payload: string
  readonly signature: string
}

const SIGNATURE_BITS = [0, 7, 255, 256, 511]

export const JWS_MUTATIONS: readonly JwsMutation[] = [
  { title: 'text that is no token', fault: 'malformed', mutate: () => 'nonsense' },
  { title: 'two parts', fault: 'malformed', mutate: ({ header, payload }) => `${header}.${payload}` },
  { title: 'five parts', fault: 'malformed', mutate: ({ token }) => `${token}.a.b` },
  { title: 'an empty header part', fault: 'malformed', mutate: ({ payload, signature }) => `.${payload}.${signature}` },
  { title: 'a header that is not JSON', fault: 'malformed', mutate: ({ token }) => `A${token}` },
  {
    title: 'a header without algorithm',
    fault: 'malformed',
    mutate: ({ payload, signature }) => `e30.${payload}.${signature}`,
  },
  { title: 'no claims', fault: 'malformed', mutate: ({ header, signature }) => `${header}..${signature}` },
  {
    title: 'claims that are not JSON',
    fault: 'malformed',
    mutate: ({ header, payload, signature }) => `${header}.A${payload}.${signature}`,
  },
  {
    title: 'claims that are no object',
    fault: 'malformed',
    mutate: ({ header, signature }) => `${header}.W10.${signature}`,
  },
  {
    title: 'other claims under the signature',
    fault: 'untrusted',
    mutate: ({ header, signature }) => `${header}.e30.${signature}`,
  },
  { title: 'no signature', fault: 'untrusted', mutate: ({ header, payload }) => `${header}.${payload}.` },
  { title: 'a signature that is too long', fault: 'untrusted', mutate: ({ token }) => `${token}AAAA` },
  {
    title: 'a short signature',
    fault: 'untrusted',
    mutate: ({ header, payload, signature }) => `${header}.${payload}.${signature.slice(0, -4)}`,
  },
  {
    title: 'a signature of zeros (CVE-2022-21449)',
    fault: 'untrusted',
    mutate: ({ header, payload, signature }) => `${header}.${payload}.${'A'.repeat(signature.length)}`,
  },
  { title: 'an HMAC by the public key', fault: 'untrusted', mutate: hmacByPublicKey },
  ...SIGNATURE_BITS.map((bit) => ({
    title: `a signature with bit ${bit} flipped`,
    fault: 'untrusted' as const,
    mutate: ({ header, payload, signature }: JwsParts) => `${header}.${payload}.${flipBit(signature, bit)}`,
  })),
]

export function mutateJws(token: string, { mutate }: JwsMutation, signer: IssuerKey): string {
  const [header = '', payload = '', signature = ''] = token.split('.')
  return mutate({ token, header, payload, signature }, signer)
}

/** The classic confusion: what is public serves as the secret of a symmetric algorithm. */
function hmacByPublicKey({ payload }: JwsParts, { kid, publicKey }: IssuerKey): string {
  const header = Buffer.from(JSON.stringify({ alg: 'HS256', kid })).toString('base64url')
  const secret = publicKey.export({ format: 'pem', type: 'spki' })
  return `${header}.${payload}.${createHmac('sha256', secret).update(`${header}.${payload}`).digest('base64url')}`
}

function flipBit(base64url: string, bit: number): string {
  const bytes = Buffer.from(base64url, 'base64url')
  const index = bit >> 3
  bytes.writeUInt8(bytes.readUInt8(index) ^ (1 << (bit & 7)), index)
  return bytes.toString('base64url')
}
