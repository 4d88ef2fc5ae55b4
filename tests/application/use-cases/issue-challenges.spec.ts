import { expect } from 'chai'
import type { ChallengeContext } from '../../../application/challenge-context.ts'
import { factorId } from '../../../domain/factor.ts'
import { AccountKeypair } from '../../support/keypair.ts'
import { openHarness, type InterleavedHarness } from '../support/open-harness.ts'

describe('Issuing challenges', () => {
  let harness: InterleavedHarness

  beforeEach(() => {
    harness = openHarness()
  })

  const contexts: readonly ChallengeContext[] = [
    { operation: 'create' },
    { operation: 'delete-factor', factorId: factorId('the one') },
    { operation: 'reset', backupId: new AccountKeypair().backupAccountId },
  ]
  for (const context of contexts) {
    it(`IssueKeypairChallenge binds a challenge for keypairs to ${context.operation}`, async () => {
      const { challenge, token } = await harness.application.issueKeypairChallenge.execute(context)
      const opened = await harness.application.challenges.open(token, 'keypair', context.operation)
      expect(opened).to.deep.include({ challenge, context })
    })
  }

  it('IssuePasskeyChallenge makes creation options for the user, whose challenge is that of the token', async () => {
    const user = { name: 'somebody', displayName: 'Some Body' }
    const { options, token } = await harness.application.issuePasskeyChallenge.forCreation(user)
    expect(options.publicKey.user).to.include({ name: 'somebody', displayName: 'Some Body' })
    const { challenge } = await harness.application.challenges.open(token, 'passkey', 'create')
    expect(options.publicKey.challenge).to.equal(challenge)
  })

  for (const operation of ['retrieve', 'verify-factor'] as const) {
    it(`IssuePasskeyChallenge makes request options for ${operation}, whose challenge is that of the token`, async () => {
      const { options, token } = await harness.application.issuePasskeyChallenge.forAssertion(operation)
      expect(options.mediation).to.equal('conditional')
      const { challenge } = await harness.application.challenges.open(token, 'passkey', operation)
      expect(options.publicKey.challenge).to.equal(challenge)
    })
  }
})
