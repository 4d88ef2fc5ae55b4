import { expect } from 'chai'
import { ceremonyFault, CeremonyFault } from '../../../adapters/webauthn/ceremony-fault.ts'
import { WebAuthnPasskeyVerifier } from '../../../adapters/webauthn/passkey-verifier.ts'
import { rejectionOf } from '../../support/rejection.ts'
import { SoftwareAuthenticator } from '../../support/software-authenticator.ts'
import { ceremonyFor, freshChallenge, register, RELYING_PARTY } from '../../contract/passkey-verifier.fixture.ts'
import { REFUSED_IN_EITHER_CEREMONY, type Mutation } from './deviations.ts'

const TELLTALE = 'telltale'
const verifier = new WebAuthnPasskeyVerifier(RELYING_PARTY)

/** What is logged of the refusal of an assertion and of a registration that differ so from what is accepted. */
async function reasonsOf({ ceremony, deviation }: Omit<Mutation, 'title'>): Promise<readonly unknown[]> {
  const passkey = new SoftwareAuthenticator()
  const stored = await register(verifier, passkey)
  const challenge = freshChallenge()
  const made = ceremonyFor(challenge, ceremony)
  const expected = { kind: 'challenge', challenge } as const
  const refusals = [
    await rejectionOf(verifier.verifyAssertion(passkey.get(made, deviation), expected, stored)),
    await rejectionOf(verifier.verifyRegistration(passkey.create(made, deviation), challenge)),
  ]
  return refusals.map((refusal) => {
    const { cause } = refusal as Error
    expect(cause).to.be.instanceOf(CeremonyFault).and.not.have.property('cause')
    return (cause as Error).message
  })
}

describe('what is logged of a ceremony that is refused', () => {
  for (const origin of [
    'https://example.com',
    'https://example.org:8443',
    'https://EXAMPLE.ORG',
    'https://example.org/',
    'android:apk-key-hash:W4PqGnAQXTHq6yErp3aq7XEhKfjXDFT3yVQzSpQlBfQ',
    'android:apk-key-hash:w4PqGnAQXTHq6yErp3aq7XEhKfg=',
  ]) {
    it(`names the origin ${origin}`, async () => {
      const reason = `Unexpected origin ${origin}`
      expect(await reasonsOf({ ceremony: { origin } })).to.deep.equal([reason, reason])
    })
  }

  for (const origin of ['', TELLTALE, `https://example.com/${TELLTALE}`, `https://${TELLTALE}@example.com`, 'a"b"c']) {
    it(`does not repeat ${JSON.stringify(origin)} as an origin`, async () => {
      const reason = 'Unexpected origin of another form'
      expect(await reasonsOf({ ceremony: { origin } })).to.deep.equal([reason, reason])
    })
  }

  const checks: readonly (readonly [title: string, edits: Omit<Mutation, 'title'>, reason: RegExp])[] = [
    ['the type', { deviation: { clientData: { type: TELLTALE } } }, /^Unexpected \w+ response type$/],
    ['the challenge', { deviation: { clientData: { challenge: TELLTALE } } }, /^Unexpected \w+ response challenge$/],
    ['the RP id', { ceremony: { rpId: 'example.com' } }, /^Unexpected RP ID hash$/],
    ['the user', { deviation: { flip: ['UV'] } }, /^User verification (was )?required$/],
    ['the frame', { deviation: { clientData: { crossOrigin: true } } }, /cross-origin frame$/],
  ]
  for (const [title, edits, reason] of checks) {
    it(`tells that it was ${title}, and no more`, async () => {
      for (const told of await reasonsOf(edits)) expect(told).to.match(reason)
    })
  }

  for (const { title, ceremony, deviation } of REFUSED_IN_EITHER_CEREMONY) {
    if (ceremony?.origin !== undefined) continue
    it(`quotes nothing with ${title}`, async () => {
      const clientData = { ...deviation?.clientData, extra: TELLTALE, tokenBinding: { status: TELLTALE } }
      const edits = deviation?.clientDataJSON === undefined ? { ...deviation, clientData } : deviation
      for (const told of await reasonsOf({ ...(ceremony && { ceremony }), deviation: edits })) {
        expect(told)
          .to.match(/^[A-Za-z0-9 :'/.-]{5,80}$/)
          .and.not.include(TELLTALE)
      }
    })
  }

  it('has only the kind of what it does not know', () => {
    expect(ceremonyFault(new SyntaxError(TELLTALE)).message).to.equal('unreadable: SyntaxError')
    expect(ceremonyFault(TELLTALE).message).to.equal('unknown')
  })
})
