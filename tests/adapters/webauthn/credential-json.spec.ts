import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { WebAuthnPasskeyVerifier } from '../../../adapters/webauthn/passkey-verifier.ts'
import type { PasskeyCredential } from '../../../domain/credential.ts'
import type { JsonObject, JsonValue } from '../../../domain/json.ts'
import {
  ceremonyFor,
  expectRefusal,
  freshChallenge,
  register,
  RELYING_PARTY,
} from '../../contract/passkey-verifier.fixture.ts'
import { SoftwareAuthenticator } from '../../support/software-authenticator.ts'

type Credential = JsonObject & { readonly id: string; readonly response: JsonObject }
type Change = (credential: Credential) => JsonObject

const id = randomBytes(32).toString('base64url')
const KIB_16 = 16 * 1024

const ACCEPTED: readonly [title: string, change: Change][] = [
  ['as it is', (credential) => credential],
  ['without rawId', without('rawId')],
  ['with a rawId of null', set({ rawId: null })],
  ['without type', without('type')],
  ['with a type of null', set({ type: null })],
  ['without clientExtensionResults', without('clientExtensionResults')],
  ['with clientExtensionResults of null', set({ clientExtensionResults: null })],
  ['without authenticatorAttachment', without('authenticatorAttachment')],
  ['with an unknown authenticatorAttachment', set({ authenticatorAttachment: 7 })],
  ['with PRF enabled', set({ clientExtensionResults: { prf: { enabled: true } } })],
  ['with PRF results of null', set({ clientExtensionResults: { prf: { enabled: true, results: null } } })],
  ['with PRF null', set({ clientExtensionResults: { prf: null } })],
  ['with other extension results', set({ clientExtensionResults: { credProps: { rk: true }, appid: false } })],
  ['with unknown members', set({ x: [1, 'a', { b: null }], attestation: 'none' })],
  ['without userHandle', setResponse({ userHandle: null })],
  ['with a userHandle that is no base64url', setResponse({ userHandle: 'Ada Lovelace!' })],
  ['with transports', setResponse({ transports: ['internal', 'hybrid', 'carrier-pigeon'] })],
  ['with transports of null', setResponse({ transports: null })],
  ['with what else a browser knows', setResponse({ publicKeyAlgorithm: -7, publicKey: null, authenticatorData2: 'A' })],
  ['of exactly 16 KiB', (credential) => padded(credential, KIB_16)],
]

const REFUSED: readonly [title: string, change: Change][] = [
  ['that is empty', () => ({})],
  ['with clientExtensionResults that are a list', set({ clientExtensionResults: [{ prf: { results: {} } }] })],
  ['with clientExtensionResults as a text', set({ clientExtensionResults: '{"prf":{"results":{}}}' })],
  ['with PRF as a text', set({ clientExtensionResults: { prf: '{"results":{}}' } })],
  ['without an id', without('id')],
  ['with an id of null', set({ id: null, rawId: null })],
  ['with an empty id', set({ id: '', rawId: '' })],
  ['with a number as id', set({ id: 7, rawId: 7 })],
  ['with an id in padded base64url', setId('AQ==')],
  ['with an id in base64', setId('+/+/')],
  ['with an id that has spare bits set', setId('AR')],
  ['with an id of one character', setId('A')],
  ['with an id that holds a space', setId('AAAA AAAA')],
  ['with an id that holds a line feed', setId('AAAA\n')],
  ['with an id of 1024 bytes', setId(Buffer.alloc(1024).toString('base64url'))],
  ['with another rawId', set({ rawId: id })],
  ['with the same rawId, but padded', (credential) => ({ ...credential, rawId: `${credential.id}=` })],
  ['with a number as rawId', set({ rawId: 7 })],
  ['with another type', set({ type: 'password' })],
  ['with a list as type', set({ type: ['public-key'] })],
  ['without a response', without('response')],
  ['with a response of null', set({ response: null })],
  ['with a list as response', set({ response: [] })],
  ['with a text as response', set({ response: 'AAAA' })],
  ['with an empty response', set({ response: {} })],
  ['of 16 KiB and a byte', (credential) => padded(credential, KIB_16 + 1)],
  ['of 16 KiB in fewer characters', set({ x: 'é'.repeat(KIB_16 / 2) })],
  ['that nests 17 deep', set({ x: nested(16) })],
  ['that nests a million deep', set({ x: nested(1_000_000) })],
]

const GIVES_RESULTS_AWAY: readonly [title: string, results: JsonValue][] = [
  ['one', { first: 'AAAA' }],
  ['two', { first: 'AAAA', second: 'AAAA' }],
  ['none of them', {}],
  ['a text', 'AAAA'],
  ['an empty text', ''],
  ['false', false],
  ['a list', []],
]

describe('the JSON of a passkey', () => {
  const verifier = new WebAuthnPasskeyVerifier(RELYING_PARTY)
  const passkey = new SoftwareAuthenticator()
  const challenge = freshChallenge()
  const expected = { kind: 'challenge', challenge } as const
  const registration = passkey.create(ceremonyFor(challenge))
  const assertion = passkey.get(ceremonyFor(challenge))
  let stored: PasskeyCredential
  before(async () => {
    stored = await register(verifier, passkey)
  })

  for (const [title, change] of ACCEPTED) {
    it(`is accepted ${title}`, async () => {
      await verifier.verifyRegistration(change(registration), challenge)
      await verifier.verifyAssertion(change(assertion), expected, stored)
      expect(verifier.claimedCredentialId(change(assertion))).to.equal(stored.credentialId)
    })
  }

  it('is accepted with an id of 1023 bytes', () => {
    const longId = Buffer.alloc(1023).toString('base64url')
    expect(verifier.claimedCredentialId(setId(longId)(assertion))).to.equal(longId)
  })

  for (const [title, change] of REFUSED) {
    it(`is refused ${title}`, () => expectRefusalOf(change, 'webauthn_invalid_payload'))
  }

  const notBytes: readonly [title: string, value: JsonValue][] = [
    ['missing', null],
    ['empty', ''],
    ['a number', 7],
    ['a list', ['AAAA']],
    ['in padded base64url', 'AA=='],
    ['in base64', 'AA+/'],
    ['not canonical', 'AB'],
  ]
  for (const [title, value] of notBytes) {
    for (const member of ['clientDataJSON', 'attestationObject']) {
      it(`is refused in a registration whose ${member} is ${title}`, async () => {
        const changed = setResponse({ [member]: value })(registration)
        await expectRefusal(() => verifier.verifyRegistration(changed, challenge), 'webauthn_invalid_payload')
      })
    }
    for (const member of ['clientDataJSON', 'authenticatorData', 'signature']) {
      it(`is refused in an assertion whose ${member} is ${title}`, async () => {
        const changed = setResponse({ [member]: value })(assertion)
        await expectRefusal(() => verifier.claimedCredentialId(changed), 'webauthn_invalid_payload')
        await expectRefusal(() => verifier.verifyAssertion(changed, expected, stored), 'webauthn_invalid_payload')
      })
    }
  }

  for (const [title, results] of GIVES_RESULTS_AWAY) {
    const change = set({ clientExtensionResults: { prf: { enabled: true, results } } })
    it(`is refused with PRF results: ${title}`, () => expectRefusalOf(change, 'webauthn_prf_results_not_allowed'))
  }

  it('never repeats what it was sent', async () => {
    const secret = 'c2VjcmV0'
    const changes = [
      set({ clientExtensionResults: { prf: { results: { first: secret } } } }),
      setId(`${secret}=`),
      set({ rawId: secret }),
      set({ type: secret }),
      set({ response: secret }),
      setResponse({ clientDataJSON: `${secret}=` }),
    ]
    for (const change of changes) {
      const outcome = await verifier
        .verifyRegistration(change(registration), challenge)
        .catch((error: unknown) => error)
      expect(outcome).to.be.instanceOf(Error).with.property('message').that.does.not.include(secret)
    }
  })

  async function expectRefusalOf(change: Change, code: string): Promise<void> {
    await expectRefusal(() => verifier.verifyRegistration(change(registration), challenge), code)
    await expectRefusal(() => verifier.verifyAssertion(change(assertion), expected, stored), code)
    await expectRefusal(() => verifier.claimedCredentialId(change(assertion)), code)
  }
})

function set(members: JsonObject): Change {
  return (credential) => ({ ...credential, ...members })
}

function setId(text: string): Change {
  return set({ id: text, rawId: text })
}

/** Members that are to be missing are `null` here; a test of its own would only repeat that both mean the same. */
function setResponse(members: JsonObject): Change {
  return (credential) => ({ ...credential, response: { ...credential.response, ...members } })
}

function without(name: string): Change {
  return (credential) => Object.fromEntries(Object.entries(credential).filter(([member]) => member !== name))
}

/** Of exactly this many bytes when serialised. */
function padded(credential: JsonObject, bytes: number): JsonObject {
  const empty = { ...credential, padding: '' }
  return { ...empty, padding: 'a'.repeat(bytes - JSON.stringify(empty).length) }
}

function nested(levels: number): JsonValue {
  let value: JsonValue = null
  for (let level = 0; level < levels; level += 1) value = [value]
  return value
}
