import type { Ceremony, Deviation } from '../../support/software-authenticator.ts'

/** One departure from a valid ceremony, of either kind. */
export interface Mutation {
  readonly title: string
  readonly ceremony?: Partial<Ceremony>
  readonly deviation?: Deviation
}

const elsewhere = Buffer.from('another challenge, of 32 bytes..').toString('base64url')

function clientData(title: string, members: Readonly<Record<string, unknown>>): Mutation {
  return { title, deviation: { clientData: members } }
}

function clientDataText(title: string, clientDataJSON: (regular: string) => string | Uint8Array): Mutation {
  return { title, deviation: { clientDataJSON } }
}

function origin(title: string, value: string): Mutation {
  return { title: `the origin ${title}`, ceremony: { origin: value } }
}

/** What neither ceremony accepts; the signature, where there is one, is made over it and good. */
export const REFUSED_IN_EITHER_CEREMONY: readonly Mutation[] = [
  clientData('an unknown type', { type: 'payment.get' }),
  clientData('no type', { type: undefined }),
  clientData('another challenge', { challenge: elsewhere }),
  clientData('no challenge', { challenge: undefined }),
  clientData('an empty challenge', { challenge: '' }),
  clientData('a list of challenges', { challenge: [elsewhere] }),
  clientData('no origin', { origin: undefined }),
  clientData('a list that holds the origin', { origin: ['https://example.org'] }),
  origin('of another site', 'https://example.com'),
  origin('of a subdomain that is not listed', 'https://www.example.org'),
  origin('that ends in a listed one', 'https://evil-example.org'),
  origin('that begins with a listed one', 'https://example.org.evil.com'),
  origin('over http', 'http://example.org'),
  origin('on another port', 'https://example.org:8443'),
  origin('with a trailing slash', 'https://example.org/'),
  origin('in upper case', 'https://EXAMPLE.ORG'),
  origin('null', 'null'),
  origin('of another app', 'android:apk-key-hash:W4PqGnAQXTHq6yErp3aq7XEhKfjXDFT3yVQzSpQlBfQ'),
  origin('of an app by its SHA-1', 'android:apk-key-hash:w4PqGnAQXTHq6yErp3aq7XEhKfg'),
  clientData('a cross-origin frame', { crossOrigin: true }),
  clientData('a cross-origin frame with a top origin', { crossOrigin: true, topOrigin: 'https://example.com' }),
  clientData('a top origin alone', { topOrigin: 'https://example.org' }),
  clientData('an empty top origin', { topOrigin: '' }),
  clientData('a crossOrigin that is no boolean', { crossOrigin: 'false' }),
  clientDataText('client data that is no JSON', (json) => json.slice(0, -1)),
  clientDataText('client data that is not text', () => Uint8Array.of(0xff, 0xfe, 0x00, 0x80)),
  clientDataText('two values as client data', (json) => `${json}${json}`),
  clientDataText('null as client data', () => 'null'),
  clientDataText('a number as client data', () => '7'),
  clientDataText('a list as client data', (json) => `[${json}]`),
  clientDataText('another challenge before the right one', (json) => `{"challenge":"${elsewhere}",${json.slice(1)}`),
  clientDataText('another challenge after the right one', (json) => `${json.slice(0, -1)},"challenge":"${elsewhere}"}`),
  clientDataText('the right challenge twice', (json) => json.replace(/"challenge":"[^"]+",/, '$&$&')),
  clientDataText('a member repeated in other letters', (json) => `{"\\u006frigin":"https://evil.com",${json.slice(1)}`),
  clientDataText('crossOrigin both true and false', (json) => `{"crossOrigin" : true,${json.slice(1)}`),
  { title: 'another RP id', ceremony: { rpId: 'example.com' } },
  { title: 'a subdomain as RP id', ceremony: { rpId: 'backup.example.org' } },
  { title: 'no user presence', deviation: { flip: ['UP'] } },
  { title: 'no user verification', deviation: { flip: ['UV'] } },
  { title: 'neither presence nor verification', deviation: { flip: ['UP', 'UV'] } },
  { title: 'a backed-up passkey that is not eligible for backup', deviation: { flip: ['BE'] } },
  { title: 'the flag for extensions without extensions', deviation: { flip: ['ED'] } },
  { title: 'a byte after the authenticator data', deviation: { authenticatorData: (data) => append(data, 0) } },
  { title: 'authenticator data one byte short', deviation: { authenticatorData: (data) => data.subarray(0, -1) } },
  {
    title: 'authenticator data that ends in the flags',
    deviation: { authenticatorData: (data) => data.subarray(0, 33) },
  },
]

/** What either ceremony accepts although few clients or authenticators send it. */
export const ACCEPTED_IN_EITHER_CEREMONY: readonly Mutation[] = [
  { title: 'nothing unusual' },
  clientData('no crossOrigin', { crossOrigin: undefined }),
  clientData('crossOrigin and topOrigin null', { crossOrigin: null, topOrigin: null }),
  clientData('a member of a newer specification', {
    payment: { topOrigin: 'https://example.com', list: [{ a: ':' }] },
  }),
  clientData('the name of the app', { androidPackageName: 'org.example.app' }),
  clientData('token binding', { tokenBinding: { status: 'supported' } }),
  // §5.8.1 and §7.1 step 5 ask for "UTF-8 decode", which drops it.
  clientDataText('a byte order mark', (json) => `\uFEFF${json}`),
  clientDataText('white space', (json) => ` ${json.replaceAll(',', ' ,\n')}\t`),
  clientDataText('a list before the other members', (json) => `{"list":[{"a":1},[2]],${json.slice(1)}`),
  clientDataText('a member that looks like others', (json) => `{"x":"\\",\\"challenge\\":\\"{[",${json.slice(1)}`),
  { title: 'authenticator extensions', deviation: { extensions: new Map([['hmac-secret', true]]) } },
  {
    title: 'reserved flags',
    deviation: { authenticatorData: (data) => data.with(32, data.readUInt8(32) | 0x22) },
  },
]

export function append(data: Uint8Array, ...bytes: readonly number[]): Uint8Array {
  return Uint8Array.from([...data, ...bytes])
}

export function flipLastBit(data: Buffer): Uint8Array {
  return data.with(-1, data.readUInt8(data.length - 1) ^ 1)
}
