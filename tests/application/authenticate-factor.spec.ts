import { expect } from 'chai'
import type { PasskeyAuthorization } from '../../application/authorization.ts'
import { challengeOf } from '../../application/challenge.ts'
import type { OpenedChallenge } from '../../application/challenges.ts'
import type { DomainErrorCode } from '../../domain/domain-error.ts'
import type { CreatedBackup } from '../support/application-harness.ts'
import { refusalOf } from '../support/refusal.ts'
import { KeypairClient, keypairAuthorization, PasskeyClient, type FactorClient } from './support/factor-clients.ts'
import { FOREIGN_CHALLENGE } from './support/faulty-requests.ts'
import { openHarness, type InterleavedHarness } from './support/open-harness.ts'

const OTHER_CHALLENGE = challengeOf(`${'A'.repeat(42)}E`)

const CHALLENGE: OpenedChallenge = {
  challenge: FOREIGN_CHALLENGE,
  context: { operation: 'verify-factor' },
  consumption: { key: 'challenge#1', expiresAt: Number.MAX_SAFE_INTEGER },
}

describe('AuthenticateFactor', () => {
  let harness: InterleavedHarness
  let backup: CreatedBackup

  beforeEach(async () => {
    harness = openHarness()
    backup = await harness.createBackup()
  })

  const owners: readonly (readonly [string, () => FactorClient])[] = [
    ['a passkey', () => new PasskeyClient()],
    ['an OIDC account', () => harness.newAccountClient()],
    ['an EC keypair', () => new KeypairClient()],
  ]
  for (const [kind, newOwner] of owners) {
    describe(kind, () => {
      let main: FactorClient
      let factorId: string

      beforeEach(async () => {
        main = newOwner()
        factorId = await harness.addFactor(backup, main)
      })

      const authenticate = () => harness.application.authenticate.main(main.prove(FOREIGN_CHALLENGE), CHALLENGE)

      it('leads to its backup, and uses up the challenge', async () => {
        const factor = await authenticate()
        expect(factor.stored).to.equal(await harness.index.load(backup.id))
        expect(factor.consume[0]).to.equal(CHALLENGE.consumption)
        expect(factor.whenGone().code).to.equal('backup_untraceable')
      })

      it('is backup_missing when the backup goes between the two look-ups', async () => {
        harness.index.beforeNextLoad(() => harness.deleteBackup(backup))
        expect(await refusalOf(authenticate())).to.equal('backup_missing')
      })

      it('is unauthorized_factor when it goes between the two look-ups', async () => {
        harness.index.beforeNextLoad(() => harness.deleteFactor(backup.device, factorId, 'MAIN'))
        expect(await refusalOf(authenticate())).to.equal('unauthorized_factor')
      })

      it('has authority over the backup as it now is, and none once it is no factor of it', async () => {
        const { authorize } = await authenticate()
        await harness.addSyncFactor(backup)
        const changed = await harness.index.load(backup.id)
        expect(authorize(changed!.backup)).to.equal(changed!.backup)
        await harness.deleteFactor(backup.device, factorId, 'MAIN')
        const without = await harness.index.load(backup.id)
        expect(() => authorize(without!.backup))
          .to.throw()
          .with.property('code', 'unauthorized_factor')
      })

      it('has no authority over another backup', async () => {
        const { authorize } = await authenticate()
        const other = await harness.createBackup()
        const stored = await harness.index.load(other.id)
        expect(() => authorize(stored!.backup))
          .to.throw()
          .with.property('code', 'unauthorized_factor')
      })
    })
  }

  it('uses up the nonce of an account too', async () => {
    const main = harness.newAccountClient()
    await harness.addFactor(backup, main)
    const { consume } = await harness.application.authenticate.main(main.prove(FOREIGN_CHALLENGE), CHALLENGE)
    expect(consume.map(({ key }) => key.split('#')[0])).to.deep.equal(['challenge', 'oidc-nonce'])
  })

  describe('a sync factor', () => {
    const authenticate = () => {
      const authorization = keypairAuthorization(backup.device, FOREIGN_CHALLENGE)
      return harness.application.authenticate.sync(authorization, CHALLENGE)
    }

    it('leads to its backup, and uses up the challenge', async () => {
      const factor = await authenticate()
      expect(factor.stored).to.equal(await harness.index.load(backup.id))
      expect(factor.consume).to.deep.equal([CHALLENGE.consumption])
    })

    it('is backup_missing when the backup goes between the two look-ups', async () => {
      harness.index.beforeNextLoad(() => harness.deleteBackup(backup))
      expect(await refusalOf(authenticate())).to.equal('backup_missing')
    })

    it('is unauthorized_factor when it goes between the two look-ups', async () => {
      harness.index.beforeNextLoad(() => harness.deleteFactor(backup.device, backup.syncFactorId, 'SYNC'))
      expect(await refusalOf(authenticate())).to.equal('unauthorized_factor')
    })

    it('is unauthorized_factor in the other scope', async () => {
      const { authorize } = await authenticate()
      const other = await harness.createBackup({ main: new KeypairClient(backup.device) })
      const stored = await harness.index.load(other.id)
      expect(() => authorize(stored!.backup))
        .to.throw()
        .with.property('code', 'unauthorized_factor')
    })
  })

  describe('a passkey', () => {
    let passkey: PasskeyClient

    beforeEach(async () => {
      passkey = new PasskeyClient()
      await harness.addFactor(backup, passkey)
    })

    const faults: readonly (readonly [string, DomainErrorCode, () => PasskeyAuthorization['credential']])[] = [
      ['no assertion at all', 'webauthn_invalid_payload', () => ({})],
      ['an assertion that no passkey can have', 'webauthn_invalid_payload', () => ({ ...assertion(), rawId: 'AAAA' })],
      [
        'what would unseal the user’s key',
        'webauthn_prf_results_not_allowed',
        () => ({ ...assertion(), clientExtensionResults: { prf: { results: { first: 'AAAA' } } } }),
      ],
      ['a passkey that is no factor', 'backup_untraceable', () => assertion(new PasskeyClient())],
      [
        'a passkey that is no factor before its wrong answer',
        'backup_untraceable',
        () => new PasskeyClient().prove(OTHER_CHALLENGE).credential,
      ],
      ['the answer to another challenge', 'webauthn_error', () => passkey.prove(OTHER_CHALLENGE).credential],
      [
        'another passkey in its name',
        'webauthn_error',
        () => ({ ...assertion(new PasskeyClient()), id: assertion().id ?? null, rawId: null }),
      ],
    ]
    for (const [what, code, credential] of faults) {
      it(`is ${code} for ${what}`, async () => {
        const authorization = { kind: 'PASSKEY', credential: credential(), label: null } as const
        expect(await refusalOf(harness.application.authenticate.main(authorization, CHALLENGE))).to.equal(code)
      })
    }

    const assertion = (by = passkey): PasskeyAuthorization['credential'] => by.prove(FOREIGN_CHALLENGE).credential
  })
})
