import type { AttestedRequest } from '../../application/ports/request-attestor.ts'
import type { DomainErrorCode } from '../../domain/domain-error.ts'
import { IssuerKey, type AttestationTokenOptions, type LocalIssuer } from '../support/local-issuer.ts'

/** One way to differ from a request with a token that is accepted, and which code refuses it, if any. */
export interface AttestationVector {
  readonly title: string
  readonly refusal?: DomainErrorCode
  /** To the token: for `AUDIENCE` and `REQUEST`, issued now, valid for five minutes. */
  readonly edits?: (gateway: LocalIssuer, now: number) => Partial<AttestationTokenOptions>
  /** To the request that arrives: `REQUEST`. */
  readonly arriving?: Partial<AttestedRequest>
}

export const AUDIENCE = 'backup.example'

export const REQUEST: AttestedRequest = {
  method: 'POST',
  path: '/v1/verify-factor',
  body: {
    challengeToken: 'eyJhbGciOiJkaXIifQ',
    authorization: { kind: 'PASSKEY', label: null, credential: { id: 'AQID', transports: ['internal', null, 1] } },
  },
}

type Edits = NonNullable<AttestationVector['edits']>

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

export const ACCEPTED_ATTESTATIONS: readonly AttestationVector[] = [
  { title: 'the request that the token is for' },
  { title: 'a list of one audience', edits: claims({ aud: [AUDIENCE] }) },
  { title: 'a token of an hour ago that has not expired', edits: at('iat', -3600) },
  { title: 'a token of 30 s ahead', edits: at('iat', 30) },
  { title: 'a token in its last second', edits: at('exp', 1) },
  { title: 'a token of any type', edits: header({ typ: undefined }) },
  {
    title: 'members in another order, and null members more or less',
    arriving: {
      body: {
        extra: null,
        authorization: { credential: { transports: ['internal', null, 1], id: 'AQID' }, kind: 'PASSKEY' },
        challengeToken: 'eyJhbGciOiJkaXIifQ',
      },
    },
  },
]

const UNTRUSTED: readonly AttestationVector[] = [
  { title: 'the algorithm none', edits: header({ alg: 'none' }) },
  {
    title: 'an algorithm other than ES256, though the gateway has such a key',
    edits: (gateway) => ({ key: gateway.addKey(new IssuerKey('RS256')) }),
  },
  { title: 'a key id that the gateway does not have', edits: header({ kid: 'unknown' }) },
  { title: 'no key id', edits: header({ kid: undefined }) },
  { title: 'a critical extension', edits: header({ crit: ['ext'], ext: 1 }) },
  {
    title: 'the signature of another key',
    edits: (gateway) => ({ key: new IssuerKey(), header: { kid: gateway.key.kid } }),
  },
  { title: 'a token that has expired', edits: at('exp', 0) },
]

const NOT_FOR_THIS_REQUEST: readonly AttestationVector[] = [
  { title: 'another issuer', edits: claims({ iss: 'https://gateway.example' }) },
  { title: 'no issuer', edits: claims({ iss: undefined }) },
  { title: 'another audience', edits: claims({ aud: 'else' }) },
  { title: 'no audience', edits: claims({ aud: undefined }) },
  { title: 'two audiences', edits: claims({ aud: [AUDIENCE, 'else'] }) },
  { title: 'no expiry', edits: claims({ exp: undefined }) },
  { title: 'an expiry that is no number', edits: claims({ exp: '9999999999' }) },
  { title: 'no time of issue', edits: claims({ iat: undefined }) },
  { title: 'a token of more than 30 s ahead', edits: at('iat', 31) },
  { title: 'a request that did not pass', edits: claims({ pass: false }) },
  { title: 'a result that is missing', edits: claims({ pass: undefined }) },
  { title: 'a result that is text', edits: claims({ pass: 'true' }) },
  { title: 'a result that is a number', edits: claims({ pass: 1 }) },
  { title: 'no request hash', edits: claims({ jti: undefined }) },
  { title: 'an empty request hash', edits: claims({ jti: '' }) },
  { title: 'another request hash', edits: claims({ jti: '0'.repeat(64) }) },
  { title: 'a request hash that is no text', edits: claims({ jti: 1 }) },
  { title: 'another method', arriving: { method: 'PUT' } },
  { title: 'another path', arriving: { path: '/v1/delete-factor' } },
  { title: 'no body', arriving: { body: null } },
  { title: 'an empty body', arriving: { body: {} } },
  { title: 'a changed member deep in the body', arriving: { body: withTransports(['internal', null, 2]) } },
  { title: 'another order in an array', arriving: { body: withTransports(['internal', 1, null]) } },
  { title: 'a null less in an array', arriving: { body: withTransports(['internal', 1]) } },
  { title: 'a body nested deeper than anything attested', arriving: { body: nested(100_000) } },
]

export const REFUSED_ATTESTATIONS: readonly AttestationVector[] = [
  ...UNTRUSTED.map((vector) => ({ ...vector, refusal: 'invalid_attestation_token' as const })),
  ...NOT_FOR_THIS_REQUEST.map((vector) => ({ ...vector, refusal: 'invalid_attestation_token_claim' as const })),
]

function withTransports(transports: readonly (string | number | null)[]): AttestedRequest['body'] {
  return {
    challengeToken: 'eyJhbGciOiJkaXIifQ',
    authorization: { kind: 'PASSKEY', credential: { id: 'AQID', transports } },
  }
}

function nested(depth: number): AttestedRequest['body'] {
  let body: AttestedRequest['body'] = 0
  for (let level = 0; level < depth; level += 1) body = [body]
  return body
}
