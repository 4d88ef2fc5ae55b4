import type { PresentedIdToken } from '../../application/ports/id-token-verifier.ts'
import type { DomainErrorCode } from '../../domain/domain-error.ts'
import { P256Keypair } from '../support/keypair.ts'
import { IssuerKey, type IdTokenOptions, type LocalIssuer } from '../support/local-issuer.ts'

/** One way to differ from a token that is accepted, and which code refuses it, if any. */
export interface IdTokenVector {
  readonly title: string
  readonly refusal?: DomainErrorCode
  /** To the token: of `ANY`, for `web`, issued now, valid for five minutes. */
  readonly edits?: (issuer: LocalIssuer, now: number) => Partial<IdTokenOptions>
  /** To what the client says about it: `ANY`, no audience. */
  readonly presented?: Partial<PresentedIdToken>
}

/** Another name of the issuer that the providers are configured with. */
export const ISSUER_ALIAS = 'issuer.example'

/** `ANY` accepts each of its audiences, `PICKED` the one that is named, by default its first. */
export const CLIENTS = {
  ANY: { clientIds: ['web', 'mobile'], acceptedAudience: 'any' },
  PICKED: { clientIds: ['app', 'site'], acceptedAudience: 'picked' },
} as const

type Edits = NonNullable<IdTokenVector['edits']>

/** The token's claims, `undefined` to leave one out. */
function claims(edited: Readonly<Record<string, unknown>>): Edits {
  return () => ({ claims: edited })
}

function header(edited: Readonly<Record<string, unknown>>): Edits {
  return () => ({ header: edited })
}

/** A claim that is a time: so many seconds from now. */
function at(claim: string, seconds: number): Edits {
  return (_, now) => ({ claims: { [claim]: now + seconds } })
}

export const ACCEPTED_ID_TOKENS: readonly IdTokenVector[] = [
  { title: 'a token signed by ES256' },
  { title: 'a token signed by RS256', edits: (issuer) => ({ key: issuer.addKey(new IssuerKey('RS256')) }) },
  { title: 'a token of any type', edits: header({ typ: undefined }) },
  { title: 'another name of the issuer', edits: claims({ iss: ISSUER_ALIAS }) },
  { title: 'a list of one audience', edits: claims({ aud: ['web'] }) },
  { title: 'any audience', edits: claims({ aud: 'mobile' }) },
  {
    title: 'any audience where that one is named',
    edits: claims({ aud: 'mobile' }),
    presented: { audience: 'mobile' },
  },
  { title: 'any audience where another is named', presented: { audience: 'mobile' } },
  { title: 'any audience where one is named that is not ours', presented: { audience: 'else' } },
  { title: 'any audience where the empty text is named', presented: { audience: '' } },
  { title: 'the default audience', edits: claims({ aud: 'app' }), presented: { provider: 'PICKED' } },
  {
    title: 'an audience named instead of the default',
    edits: claims({ aud: 'site' }),
    presented: { provider: 'PICKED', audience: 'site' },
  },
  { title: 'a token of 5 minutes ago', edits: at('iat', -300) },
  { title: 'a token of 30 s ahead', edits: at('iat', 30) },
  { title: 'a token valid from 30 s ahead', edits: at('nbf', 30) },
  { title: 'a token in its last second', edits: at('exp', 1) },
  { title: 'a token that another client of the app asked for', edits: claims({ azp: 'mobile' }) },
  { title: 'an address that was never confirmed', edits: claims({ email_verified: false }) },
  { title: 'a subject of 255 characters', edits: claims({ sub: 's'.repeat(255) }) },
  { title: 'an email of 320 characters', edits: claims({ email: `${'a'.repeat(308)}@example.com` }) },
]

const UNVERIFIED_ID_TOKENS: readonly IdTokenVector[] = [
  { title: 'a provider that is not configured', presented: { provider: 'OTHER' } },
  { title: 'a provider named as what every object has', presented: { provider: 'constructor' } },
  { title: 'the algorithm none', edits: header({ alg: 'none' }) },
  { title: 'an algorithm that is not allowed', edits: header({ alg: 'ES384' }) },
  { title: 'the algorithm of another type of key', edits: header({ alg: 'RS256' }) },
  { title: 'a key id that the issuer does not have', edits: header({ kid: 'unknown' }) },
  { title: 'no key id', edits: header({ kid: undefined }) },
  { title: 'a key id that is no text', edits: header({ kid: 1 }) },
  { title: 'a critical extension', edits: header({ crit: ['ext'], ext: 1 }) },
  { title: 'a key that the token brings along', edits: selfSigned },
  {
    title: 'the signature of another key',
    edits: (issuer) => ({ key: new IssuerKey(), header: { kid: issuer.key.kid } }),
  },
  { title: 'another issuer', edits: claims({ iss: 'https://accounts.google.com' }) },
  { title: 'a part of the name of the issuer', edits: (issuer) => ({ claims: { iss: issuer.name.slice(0, -1) } }) },
  { title: 'no issuer', edits: claims({ iss: undefined }) },
  { title: 'a list of issuers', edits: (issuer) => ({ claims: { iss: [issuer.name] } }) },
  { title: 'a token that has expired', edits: at('exp', 0) },
  { title: 'no expiry', edits: claims({ exp: undefined }) },
  { title: 'an expiry that is no number', edits: claims({ exp: '9999999999' }) },
  { title: 'a token of more than 5 minutes ago', edits: at('iat', -301) },
  { title: 'a token of more than 30 s ahead', edits: at('iat', 31) },
  { title: 'no time of issue', edits: claims({ iat: undefined }) },
  { title: 'a time of issue that is no number', edits: (_, now) => ({ claims: { iat: String(now) } }) },
  { title: 'a token valid from more than 30 s ahead', edits: at('nbf', 31) },
  { title: 'no subject', edits: claims({ sub: undefined }) },
  { title: 'an empty subject', edits: claims({ sub: '' }) },
  { title: 'a subject of 256 characters', edits: claims({ sub: 's'.repeat(256) }) },
  { title: 'a subject that is not ASCII', edits: claims({ sub: 'sübject' }) },
  { title: 'a subject that is no text', edits: claims({ sub: 1 }) },
]

const ID_TOKENS_FOR_OTHERS: readonly IdTokenVector[] = [
  { title: 'an audience that is not ours', edits: claims({ aud: 'else' }) },
  { title: 'no audience', edits: claims({ aud: undefined }) },
  { title: 'an empty list of audiences', edits: claims({ aud: [] }) },
  { title: 'two audiences', edits: claims({ aud: ['web', 'mobile'] }) },
  { title: 'one audience twice', edits: claims({ aud: ['web', 'web'] }) },
  { title: 'an audience that is no text', edits: claims({ aud: [['web']] }) },
  { title: 'a named audience that is not ours', edits: claims({ aud: 'else' }), presented: { audience: 'else' } },
  {
    title: 'a named audience that is not ours to pick',
    edits: claims({ aud: 'else' }),
    presented: { provider: 'PICKED', audience: 'else' },
  },
  {
    title: 'the default audience where the empty text is named',
    edits: claims({ aud: 'app' }),
    presented: { provider: 'PICKED', audience: '' },
  },
  { title: 'an audience beside the default', edits: claims({ aud: 'site' }), presented: { provider: 'PICKED' } },
  {
    title: 'the default audience where another is named',
    edits: claims({ aud: 'app' }),
    presented: { provider: 'PICKED', audience: 'site' },
  },
  { title: 'the audience of another provider', presented: { provider: 'PICKED' } },
]

const ID_TOKENS_OF_OTHER_SESSIONS: readonly IdTokenVector[] = [
  { title: 'the nonce of another key', edits: () => ({ sessionKey: new P256Keypair().publicKey }) },
  { title: 'no nonce', edits: claims({ nonce: undefined }) },
  { title: 'an empty nonce', edits: claims({ nonce: '' }) },
  { title: 'a nonce that is no text', edits: claims({ nonce: 1 }) },
]

const ID_TOKENS_WITHOUT_EMAIL: readonly IdTokenVector[] = [
  { title: 'no email', edits: claims({ email: undefined }) },
  { title: 'an empty email', edits: claims({ email: '' }) },
  { title: 'an email of 321 characters', edits: claims({ email: 'a'.repeat(321) }) },
  { title: 'an email that is no text', edits: claims({ email: ['a@example.com'] }) },
]

export const REFUSED_ID_TOKENS: readonly IdTokenVector[] = [
  ...refusedWith('oidc_token_verification_error', UNVERIFIED_ID_TOKENS),
  ...refusedWith('oidc_token_invalid_aud', ID_TOKENS_FOR_OTHERS),
  ...refusedWith('oidc_token_invalid_nonce', ID_TOKENS_OF_OTHER_SESSIONS),
  ...refusedWith('missing_email', ID_TOKENS_WITHOUT_EMAIL),
]

function refusedWith(refusal: DomainErrorCode, vectors: readonly IdTokenVector[]): readonly IdTokenVector[] {
  return vectors.map((vector) => ({ ...vector, refusal }))
}

function selfSigned(): Partial<IdTokenOptions> {
  const key = new IssuerKey()
  return { key, header: { jwk: key.jwk() } }
}
