import type { Answer } from './matrix-client.ts'

/** All that a client can read off an answer, but for what differs between any two. */
export interface Told {
  readonly status: number
  readonly body: unknown
  readonly headers: Readonly<Record<string, unknown>>
}

const DIFFERS_ALWAYS: ReadonlySet<string> = new Set(['date', 'x-request-id'])

/** Messages of the refusals that are about somebody's factor or backup: the same words whoever it is. */
const MESSAGES = {
  backup_account_id_already_exists: 'there is a backup of this account already',
  backup_does_not_exist: 'there is no backup of this id',
  backup_id_mismatch: 'the factor is of another backup',
  backup_untraceable: 'this factor leads to no backup',
  factor_already_exists: 'this credential already belongs to a backup',
  factor_not_found: 'the backup has no such factor in this scope',
  invalid_signature: 'the signature over the challenge is not by the key of this account',
  not_found: 'there is no backup of this id',
  signature_verification_error: 'the signature over the challenge does not verify',
  unauthorized_factor: 'this factor is not of the backup',
  webauthn_error: 'the passkey could not be verified',
} as const

export type RevealingCode = keyof typeof MESSAGES

export function toldBy({ status, body, headers }: Answer<unknown>): Told {
  const values = Object.entries(headers).map(([name, value]) => [name, DIFFERS_ALWAYS.has(name) ? 'any' : value])
  return { status, body, headers: Object.fromEntries(values) as Record<string, unknown> }
}

/** The whole of a refusal: this code, its message, and the headers that every JSON answer has. */
export function refusal(code: RevealingCode): Told {
  const body = { allowRetry: false, error: { code, message: MESSAGES[code] } }
  return {
    status: code === 'backup_account_id_already_exists' ? 409 : code === 'not_found' ? 404 : 400,
    body,
    headers: {
      'cache-control': 'no-store',
      connection: 'keep-alive',
      'content-length': String(JSON.stringify(body).length),
      'content-type': 'application/json; charset=utf-8',
      date: 'any',
      'keep-alive': 'timeout=65',
      'x-content-type-options': 'nosniff',
      'x-request-id': 'any',
    },
  }
}
