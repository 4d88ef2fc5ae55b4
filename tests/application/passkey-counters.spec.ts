import { expect } from 'chai'
import type { Challenge } from '../../application/challenge.ts'
import type { PasskeyAuthorization } from '../../application/authorization.ts'
import type { CreatedBackup } from '../support/application-harness.ts'
import { expectIntact, expectRefused, outcomesOf } from './support/expectations.ts'
import { KeypairClient, PasskeyClient } from './support/factor-clients.ts'
import { openHarness, type InterleavedHarness } from './support/open-harness.ts'

describe('The signature counter of a passkey', () => {
  let harness: InterleavedHarness
  let passkey: PasskeyClient
  let backup: CreatedBackup

  beforeEach(async () => {
    harness = openHarness()
    passkey = new PasskeyClient({ counts: true })
    backup = await harness.createBackup({ main: passkey })
  })

  async function storedCounter(): Promise<number | undefined> {
    const stored = await harness.index.load(backup.id)
    return stored?.backup.passkey(passkey.authenticator.credentialId.toString('base64url'))?.signatureCounter
  }

  /** A request to verify the factor, and the one that answers the same challenge with another counter. */
  async function verification(counter: number): Promise<{
    send: () => Promise<unknown>
    sendWith: (counter: number) => Promise<unknown>
  }> {
    const { challenge, token } = await issued('verify-factor')
    const sendWith = (count: number): Promise<unknown> =>
      harness.application.verifyFactor.execute({
        authorization: passkey.prove(challenge, count),
        challengeToken: token,
      })
    return { send: () => sendWith(counter), sendWith }
  }

  function issued(operation: 'retrieve' | 'verify-factor'): Promise<{ challenge: Challenge; token: string }> {
    return harness.application.challenges.issue('passkey', { operation })
  }

  it('starts at that of the registration', async () => {
    expect(await storedCounter()).to.equal(1)
  })

  it('moves on with each verification', async () => {
    const { send } = await verification(7)
    await send()
    expect(await storedCounter()).to.equal(7)
  })

  it('moves on with each retrieval, also one that hands out bytes', async () => {
    await expectIntact(harness, backup)
    expect(await storedCounter()).to.equal(2)
  })

  it('moves on with each factor that the passkey agrees to', async () => {
    await harness.addFactor(backup, new KeypairClient())
    expect(await storedCounter()).to.equal(2)
  })

  it('moves on in the commit that consumes the challenge, and never without it', async () => {
    const { send } = await verification(7)
    const { effects } = harness.index
    await send()
    expect(harness.index.effects).to.equal(effects + 1)
    expect(harness.index.attempts.at(-1)).to.have.property('change').with.property('kind', 'replace')
    await expectRefused(harness, send, 'webauthn_error')
  })

  for (const counter of [1, 0]) {
    it(`refuses ${counter} after 1: the authenticator may be cloned`, async () => {
      const { send, sendWith } = await verification(counter)
      await expectRefused(harness, send, 'webauthn_error')
      expect(await storedCounter()).to.equal(1)
      await sendWith(2)
    })
  }

  it('refuses a retrieval that goes back, and closes the blob', async () => {
    const { challenge, token } = await issued('retrieve')
    const authorization: PasskeyAuthorization = passkey.prove(challenge, 1)
    const request = (): Promise<unknown> =>
      harness.application.retrieveBackup.execute({ authorization, challengeToken: token })
    await expectRefused(harness, request, 'webauthn_error')
    expect(harness.blobs.held).to.equal(0)
  })

  it('lets one of several assertions with the same counter win', async () => {
    const requests = await Promise.all(Array.from({ length: 4 }, () => verification(2)))
    harness.index.gatherNextCommits(4)
    const outcomes = await outcomesOf(requests.map(({ send }) => send()))
    expect(outcomes).to.deep.equal(['done', ...Array<string>(3).fill('webauthn_error')])
    expect(await storedCounter()).to.equal(2)
  })

  it('is decided anew after a lost race: a lower one is refused', async () => {
    const { send } = await verification(2)
    const higher = await verification(3)
    harness.index.beforeNextCommits(higher.send)
    await expectOutcome(send, 'webauthn_error')
    expect(await storedCounter()).to.equal(3)
  })

  it('is decided anew after a lost race: a higher one is stored', async () => {
    const { send } = await verification(3)
    const lower = await verification(2)
    harness.index.beforeNextCommits(lower.send)
    await expectOutcome(send, 'done')
    expect(await storedCounter()).to.equal(3)
  })

  it('is decided anew after a lost race: the passkey may be revoked', async () => {
    await harness.addFactor(backup, new KeypairClient())
    const { send } = await verification(9)
    harness.index.beforeNextCommits(() => harness.deleteFactor(backup.device, backup.mainFactorId, 'MAIN'))
    await expectOutcome(send, 'unauthorized_factor')
  })

  it('may stay zero for a passkey that does not count', async () => {
    const synced = new PasskeyClient()
    const other = await harness.createBackup({ main: synced })
    const before = await harness.index.load(other.id)
    await expectIntact(harness, other)
    await expectIntact(harness, other)
    expect(await harness.index.load(other.id)).to.deep.equal(before)
  })

  async function expectOutcome(send: () => Promise<unknown>, outcome: string): Promise<void> {
    expect(await outcomesOf([send()])).to.deep.equal([outcome])
  }
})
