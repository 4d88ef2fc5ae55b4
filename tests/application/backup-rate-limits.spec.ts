import { expect } from 'chai'
import type { BackupRateLimit } from '../../application/ports/backup-rate-limit.ts'
import { FOREIGN_CHALLENGE } from './support/faulty-requests.ts'
import { KeypairClient, PasskeyClient, type FactorClient } from './support/factor-clients.ts'
import { openHarness, type InterleavedHarness } from './support/open-harness.ts'
import { P256Keypair } from '../support/keypair.ts'
import { refusalOf } from '../support/refusal.ts'

/** Writes down whom it admits. */
class RecordingRateLimit implements BackupRateLimit {
  readonly admitted: unknown[] = []

  admit(...[backupId, visitor]: Parameters<BackupRateLimit['admit']>): Promise<void> {
    this.admitted.push([backupId, visitor])
    return Promise.resolve()
  }
}

describe('What counts against the limit of a backup', () => {
  let rateLimit: RecordingRateLimit
  let harness: InterleavedHarness

  beforeEach(() => {
    rateLimit = new RecordingRateLimit()
    harness = openHarness({ rateLimit })
  })

  const owners: readonly (readonly [string, () => FactorClient])[] = [
    ['a passkey', () => new PasskeyClient()],
    ['an OIDC account', () => harness.newAccountClient()],
    ['an EC keypair', () => new KeypairClient()],
  ]
  for (const [kind, newOwner] of owners) {
    describe(`a request by ${kind}`, () => {
      it('does, once, when its proof is right', async () => {
        const main = newOwner()
        const { id, metadata } = await harness.createBackup({ main })
        rateLimit.admitted.length = 0
        await harness.application.verifyFactor.execute(await harness.answer(main, 'verify-factor'))
        expect(rateLimit.admitted).to.deep.equal([[id, { factorId: metadata.factors[0]!.id }]])
      })

      it('does not when its proof is wrong', async () => {
        const main = newOwner()
        await harness.createBackup({ main })
        const { challengeToken } = await harness.answer(main, 'verify-factor')
        rateLimit.admitted.length = 0
        const forged = { authorization: main.prove(FOREIGN_CHALLENGE), challengeToken }
        expect(await refusalOf(harness.application.verifyFactor.execute(forged))).to.be.a('string')
        expect(rateLimit.admitted).to.deep.equal([])
      })
    })
  }

  it('a request by a device does, as that device', async () => {
    const { id, device, syncFactorId } = await harness.createBackup()
    await harness.application.retrieveMetadata.execute({
      ...(await harness.deviceAnswer(device, { operation: 'retrieve-metadata' })),
      backupId: undefined,
    })
    expect(rateLimit.admitted.at(-1)).to.deep.equal([id, { factorId: syncFactorId }])
  })

  it('a new device does, as the token that lets it in', async () => {
    const { id, main } = await harness.createBackup()
    const command = await harness.addSyncFactorCommand(main, new P256Keypair())
    const token = await harness.application.syncFactorTokens.open(command.syncFactorToken)
    await harness.application.addSyncFactor.execute(command)
    expect(rateLimit.admitted.at(-1)).to.deep.equal([id, { tokenId: token.id }])
  })

  it('a creation does, as by somebody who only names the id', async () => {
    const { id } = await harness.createBackup()
    expect(rateLimit.admitted).to.deep.equal([[id, 'creator']])
  })

  it('a question about its status does, as by a stranger', async () => {
    const { id } = await harness.createBackup()
    await harness.application.reportStatus.execute(id)
    expect(rateLimit.admitted.at(-1)).to.deep.equal([id, 'stranger'])
  })
})
