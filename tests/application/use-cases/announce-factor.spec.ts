import { expect } from 'chai'
import { sha256Hex } from '../../../application/sha256.ts'
import { KeypairClient, PasskeyClient } from '../support/factor-clients.ts'
import { openHarness, type InterleavedHarness } from '../support/open-harness.ts'

describe('AnnounceFactor', () => {
  let harness: InterleavedHarness

  beforeEach(() => {
    harness = openHarness()
  })

  it('binds both challenges of a keypair to its public key', async () => {
    const newFactor = new KeypairClient().announce()
    const announced = await harness.application.announceFactor.execute(newFactor)
    const { forExistingFactor, forNewFactor, creationOptions } = announced
    const { challenges } = harness.application
    const existing = await challenges.open(forExistingFactor.token, 'any', 'add-factor')
    const fresh = await challenges.open(forNewFactor.token, 'keypair', 'add-factor-new-factor')
    expect(existing).to.deep.include({
      challenge: forExistingFactor.challenge,
      context: { operation: 'add-factor', newFactor },
    })
    expect(fresh).to.deep.include({
      challenge: forNewFactor.challenge,
      context: { operation: 'add-factor-new-factor', newFactor },
    })
    expect(creationOptions).to.equal(undefined)
  })

  it('binds both challenges of an account to the digest of its ID token', async () => {
    const { idToken } = harness.newAccountClient().logIn()
    const announced = await harness.application.announceFactor.execute({ kind: 'OIDC_ACCOUNT', idToken })
    const newFactor = { kind: 'OIDC_ACCOUNT', idTokenDigest: await sha256Hex(idToken) }
    const { challenges } = harness.application
    const { token } = announced.forExistingFactor
    expect((await challenges.open(token, 'any', 'add-factor')).context).to.deep.include({ newFactor })
    const fresh = await challenges.open(announced.forNewFactor.token, 'keypair', 'add-factor-new-factor')
    expect(fresh.context).to.deep.include({ newFactor })
    expect(announced.creationOptions).to.equal(undefined)
  })

  it('binds both challenges of a passkey to the one that its options carry', async () => {
    const announced = await harness.application.announceFactor.execute(new PasskeyClient().announce())
    const creationChallenge = announced.creationOptions?.publicKey.challenge
    expect(announced.forNewFactor.challenge).to.equal(creationChallenge)
    const newFactor = { kind: 'PASSKEY', creationChallenge }
    const { challenges } = harness.application
    const { token } = announced.forExistingFactor
    expect((await challenges.open(token, 'any', 'add-factor')).context).to.deep.include({ newFactor })
    const fresh = await challenges.open(announced.forNewFactor.token, 'passkey', 'add-factor-new-factor')
    expect(fresh).to.deep.include({ challenge: creationChallenge })
    expect(fresh.context).to.deep.include({ newFactor })
  })

  it('gives the two sides different challenges', async () => {
    const { forExistingFactor, forNewFactor } = await harness.application.announceFactor.execute(
      new PasskeyClient().announce(),
    )
    expect(forExistingFactor.challenge).to.not.equal(forNewFactor.challenge)
  })

  it('stores nothing', async () => {
    await harness.application.announceFactor.execute(new KeypairClient().announce())
    expect(harness.index.attempts).to.deep.equal([])
  })
})
