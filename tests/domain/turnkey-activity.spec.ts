import { expect } from 'chai'
import type { DomainErrorCode } from '../../domain/domain-error.ts'
import { parseTurnkeyActivity, requireActivityFor, requireOrganization } from '../../domain/turnkey-activity.ts'
import { expectRefusal } from './support/refusals.ts'

const NOW = 1_700_000_000_000
const CHALLENGE = Buffer.alloc(32, 7).toString('base64')
const ACTIVITY = {
  type: 'ACTIVITY_TYPE_CREATE_API_KEYS_V2',
  timestampMs: `${NOW}`,
  organizationId: 'organization',
  parameters: { apiKeys: [], userId: 'user' },
  metadata: { challenge: CHALLENGE },
}

function activity(change: Record<string, unknown> = {}): string {
  return JSON.stringify({ ...ACTIVITY, ...change })
}

describe('a Turnkey activity', () => {
  const accepted = [
    ['one made this moment', activity()],
    ['one of 5 minutes ago', activity({ timestampMs: `${NOW - 300_000}` })],
    ['one 30 seconds ahead', activity({ timestampMs: `${NOW + 30_000}` })],
    ['one laid out over several lines', JSON.stringify(ACTIVITY, null, 2)],
    ['one with members nobody asked for', activity({ unheardOf: [1], metadata: { challenge: CHALLENGE, more: true } })],
  ] as const
  for (const [label, text] of accepted) {
    it(`accepts ${label}`, () => {
      const parsed = parseTurnkeyActivity(text)
      expect(parsed).to.have.property('organizationId', 'organization')
      expect(() => requireActivityFor(parsed, CHALLENGE, NOW)).not.to.throw()
    })
  }

  const malformed: readonly (readonly [string, string, DomainErrorCode])[] = [
    ['no text', '', 'missing_turnkey_activity'],
    ['a text that is no JSON', '{', 'invalid_turnkey_activity'],
    ['JSON with something after it', `${activity()}x`, 'invalid_turnkey_activity'],
    ['null', 'null', 'invalid_turnkey_activity'],
    ['a list', `[${activity()}]`, 'invalid_turnkey_activity'],
    ['a string', JSON.stringify(activity()), 'invalid_turnkey_activity'],
    ['a number', '7', 'invalid_turnkey_activity'],
    ['no timestampMs', activity({ timestampMs: undefined }), 'invalid_turnkey_activity'],
    ['a timestampMs that is a number', activity({ timestampMs: NOW }), 'invalid_turnkey_activity'],
    ['an empty timestampMs', activity({ timestampMs: '' }), 'invalid_turnkey_activity'],
    ['a timestampMs with a sign', activity({ timestampMs: `+${NOW}` }), 'invalid_turnkey_activity'],
    ['a timestampMs with a space', activity({ timestampMs: ` ${NOW}` }), 'invalid_turnkey_activity'],
    ['a timestampMs with a line break', activity({ timestampMs: `${NOW}\n` }), 'invalid_turnkey_activity'],
    ['a timestampMs with a fraction', activity({ timestampMs: `${NOW}.0` }), 'invalid_turnkey_activity'],
    ['a timestampMs with an exponent', activity({ timestampMs: '17e11' }), 'invalid_turnkey_activity'],
    ['a timestampMs in hex', activity({ timestampMs: `0x${NOW.toString(16)}` }), 'invalid_turnkey_activity'],
    ['a timestampMs of 400 digits', activity({ timestampMs: '9'.repeat(400) }), 'invalid_turnkey_activity'],
    ['no organizationId', activity({ organizationId: undefined }), 'invalid_turnkey_activity'],
    ['an empty organizationId', activity({ organizationId: '' }), 'invalid_turnkey_activity'],
    ['an organizationId that is no text', activity({ organizationId: 7 }), 'invalid_turnkey_activity'],
  ]
  for (const [label, text, code] of malformed) {
    it(`answers ${code} to ${label}`, () => {
      expectRefusal(() => parseTurnkeyActivity(text), code)
    })
  }

  const refused: readonly (readonly [string, string, DomainErrorCode])[] = [
    ['no type', activity({ type: undefined }), 'turnkey_activity_error'],
    ['another type', activity({ type: 'ACTIVITY_TYPE_CREATE_API_KEYS' }), 'turnkey_activity_error'],
    ['a type in lower case', activity({ type: ACTIVITY.type.toLowerCase() }), 'turnkey_activity_error'],
    ['5 minutes and a moment ago', activity({ timestampMs: `${NOW - 300_001}` }), 'turnkey_activity_error'],
    ['30 seconds and a moment ahead', activity({ timestampMs: `${NOW + 30_001}` }), 'turnkey_activity_error'],
    ['the beginning of time', activity({ timestampMs: '0' }), 'turnkey_activity_error'],
    ['seconds for milliseconds', activity({ timestampMs: `${NOW / 1000}` }), 'turnkey_activity_error'],
    ['no metadata', activity({ metadata: undefined }), 'invalid_challenge'],
    ['metadata that is null', activity({ metadata: null }), 'invalid_challenge'],
    ['metadata that is a text', activity({ metadata: CHALLENGE }), 'invalid_challenge'],
    ['metadata that is a list', activity({ metadata: [CHALLENGE] }), 'invalid_challenge'],
    ['no challenge', activity({ metadata: {} }), 'invalid_challenge'],
    ['an empty challenge', activity({ metadata: { challenge: '' } }), 'invalid_challenge'],
    ['a list with the challenge', activity({ metadata: { challenge: [CHALLENGE] } }), 'invalid_challenge'],
    ['another challenge', activity({ metadata: { challenge: `A${CHALLENGE.slice(1)}` } }), 'invalid_challenge'],
    [
      'the challenge without padding',
      activity({ metadata: { challenge: CHALLENGE.slice(0, -1) } }),
      'invalid_challenge',
    ],
    ['the challenge beside metadata', activity({ metadata: {}, challenge: CHALLENGE }), 'invalid_challenge'],
  ]
  for (const [label, text, code] of refused) {
    it(`answers ${code} to ${label}`, () => {
      const parsed = parseTurnkeyActivity(text)
      expectRefusal(() => requireActivityFor(parsed, CHALLENGE, NOW), code)
    })
  }
})

describe('requireOrganization', () => {
  const accepted = [
    ['the organization of the backup', 'organization'],
    ['any organization when the backup has no Turnkey key', undefined],
  ] as const
  for (const [label, turnkeyAccountId] of accepted) {
    it(`lets ${label} pass`, () => {
      expect(() => requireOrganization({ organizationId: 'organization' }, turnkeyAccountId)).not.to.throw()
    })
  }

  const refused = [
    ['another organization', 'other'],
    ['an organization in another case', 'Organization'],
    ['an organization when that of the key is empty', ''],
  ] as const
  for (const [label, turnkeyAccountId] of refused) {
    it(`refuses ${label}`, () => {
      expectRefusal(
        () => requireOrganization({ organizationId: 'organization' }, turnkeyAccountId),
        'turnkey_activity_error',
      )
    })
  }
})
