import { expect } from 'chai'
import type { OidcAuthorization } from '../../application/authorization.ts'
import type { Challenge } from '../../application/challenge.ts'
import type { DomainErrorCode } from '../../domain/domain-error.ts'
import type { CreatedBackup } from '../support/application-harness.ts'
import { P256Keypair } from '../support/keypair.ts'
import { expectIntact, expectRefused, outcomesOf } from './support/expectations.ts'
import type { AccountClient, Login } from './support/factor-clients.ts'
import { FOREIGN_CHALLENGE } from './support/faulty-requests.ts'
import { openHarness, type InterleavedHarness } from './support/open-harness.ts'

const DAY_MS = 24 * 60 * 60_000

describe('OIDC accounts', () => {
  let harness: InterleavedHarness
  let account: AccountClient
  let backup: CreatedBackup

  beforeEach(async () => {
    harness = openHarness()
    account = harness.newAccountClient()
    backup = await harness.createBackup({ main: account })
  })

  /** A request to verify the factor, with a challenge of its own. */
  async function verification(prove: (challenge: Challenge) => OidcAuthorization): Promise<() => Promise<unknown>> {
    const { challenge, token } = await harness.application.challenges.issue('keypair', { operation: 'verify-factor' })
    const command = { authorization: prove(challenge), challengeToken: token }
    return () => harness.application.verifyFactor.execute(command)
  }

  const verificationBy = (login: Login): Promise<() => Promise<unknown>> =>
    verification((challenge) => login.prove(challenge))

  it('are the same by provider and subject, whatever the session', async () => {
    await expectIntact(harness, backup)
    await expectIntact(harness, backup)
  })

  it('are others by another subject', async () => {
    const request = await verificationBy(harness.newAccountClient().logIn())
    await expectRefused(harness, request, 'backup_untraceable')
  })

  describe('consume the nonce of an ID token', () => {
    it('so that it works once', async () => {
      const login = account.logIn()
      const [first, second] = [await verificationBy(login), await verificationBy(login)]
      await first()
      await expectRefused(harness, second, 'already_used')
    })

    it('so that of eight uses at once one takes effect', async () => {
      const login = account.logIn()
      const requests = await Promise.all(Array.from({ length: 8 }, () => verificationBy(login)))
      harness.index.gatherNextCommits(8)
      const outcomes = await outcomesOf(requests.map((request) => request()))
      expect(outcomes).to.deep.equal([...Array<string>(7).fill('already_used'), 'done'])
    })

    it('so that a creation cannot use it again, and leaves no blob', async () => {
      const owner = harness.newAccountClient()
      const login = owner.logIn()
      const { challenge, token } = await harness.application.challenges.issue('keypair', { operation: 'create' })
      const command = await harness.createCommand()
      const create = { ...command, authorization: login.prove(challenge), challengeToken: token }
      const factorId = await harness.addFactor(backup, owner)
      const use = await verificationBy(login)
      await use()
      await harness.deleteFactor(backup.device, factorId, 'MAIN')
      await expectRefused(harness, () => harness.application.createBackup.execute(create), 'already_used')
    })

    it('so that a newer ID token for the same session key does not work either', async () => {
      const session = new P256Keypair()
      const first = await verificationBy(account.logIn(session))
      await first()
      const second = await verificationBy(account.logIn(session))
      await expectRefused(harness, second, 'already_used')
    })

    it('so that two ID tokens for one session key do not work together', async () => {
      const session = new P256Keypair()
      const fresh = harness.newAccountClient()
      const announced = await harness.application.announceFactor.execute(fresh.announce(session))
      const command = {
        existingFactor: account.logIn(session).prove(announced.forExistingFactor.challenge),
        existingFactorToken: announced.forExistingFactor.token,
        turnkeyActivity: undefined,
        newFactor: fresh.enrol(announced.forNewFactor.challenge),
        newFactorToken: announced.forNewFactor.token,
        encryptedBackupKey: undefined,
        turnkeyProviderId: 'turnkey provider',
      }
      await expectRefused(harness, () => harness.application.addFactor.execute(command), 'already_used')
    })

    it('for a year', async () => {
      const session = new P256Keypair()
      const first = await verificationBy(account.logIn(session))
      await first()
      harness.clock.advance(365 * DAY_MS - 1000)
      await expectRefused(harness, await verificationBy(account.logIn(session)), 'already_used')
      harness.clock.advance(1000)
      const again = await verificationBy(account.logIn(session))
      await again()
    })

    it('not when the request is refused', async () => {
      const stranger = harness.newAccountClient()
      const login = stranger.logIn()
      await expectRefused(harness, await verificationBy(login), 'backup_untraceable')
      const { challenge, token } = await harness.application.challenges.issue('keypair', { operation: 'create' })
      const command = await harness.createCommand()
      await harness.application.createBackup.execute({
        ...command,
        authorization: login.prove(challenge),
        challengeToken: token,
      })
    })
  })

  const faults: readonly (readonly [
    string,
    DomainErrorCode,
    (login: Login, challenge: Challenge) => OidcAuthorization,
  ])[] = [
    [
      'a session key that signed something else',
      'signature_verification_error',
      (login) => login.prove(FOREIGN_CHALLENGE),
    ],
    [
      'a session key that is not that of the ID token',
      'oidc_token_invalid_nonce',
      (login, challenge) => ({ ...account.logIn().prove(challenge), idToken: idTokenOf(login) }),
    ],
    [
      'what is no ID token',
      'oidc_token_parse_error',
      (login, challenge) => ({ ...login.prove(challenge), idToken: { provider: 'GOOGLE', token: 'nonsense' } }),
    ],
    [
      'an audience that is not ours',
      'oidc_token_invalid_aud',
      (login, challenge) => ({ ...login.prove(challenge), idToken: { ...idTokenOf(login), audience: 'another' } }),
    ],
    [
      'a provider that is not trusted',
      'oidc_token_verification_error',
      (login, challenge) => ({ ...login.prove(challenge), idToken: { ...idTokenOf(login), provider: 'APPLE' } }),
    ],
    [
      'a wrong signature before a wrong ID token',
      'signature_verification_error',
      (login) => ({ ...login.prove(FOREIGN_CHALLENGE), idToken: { provider: 'GOOGLE', token: 'nonsense' } }),
    ],
  ]
  for (const [fault, code, prove] of faults) {
    it(`are refused for ${fault}; the ID token still serves`, async () => {
      const login = account.logIn()
      await expectRefused(harness, await verification((challenge) => prove(login, challenge)), code)
      const request = await verificationBy(login)
      await request()
    })
  }

  it('are refused for an ID token that is too old', async () => {
    const login = account.logIn()
    harness.clock.advance(301_000)
    await expectRefused(harness, await verificationBy(login), 'oidc_token_verification_error')
  })

  it('prove themselves to a challenge for keypairs, and to no other', async () => {
    const { challenge, token } = await harness.application.challenges.issue('passkey', { operation: 'verify-factor' })
    const command = { authorization: account.prove(challenge), challengeToken: token }
    const request = (): Promise<unknown> => harness.application.verifyFactor.execute(command)
    await expectRefused(harness, request, 'unexpected_challenge_type')
  })
})

function idTokenOf(login: Login): OidcAuthorization['idToken'] {
  return login.prove(FOREIGN_CHALLENGE).idToken
}
