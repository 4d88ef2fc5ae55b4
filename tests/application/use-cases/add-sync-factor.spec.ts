import { expect } from 'chai'
import { unixSeconds } from '../../../application/ports/clock.ts'
import type { AddSyncFactorCommand } from '../../../application/use-cases/add-sync-factor.ts'
import type { DomainErrorCode } from '../../../domain/domain-error.ts'
import type { CreatedBackup } from '../../support/application-harness.ts'
import { P256Keypair } from '../../support/keypair.ts'
import { refusalOf } from '../../support/refusal.ts'
import { expectIntact, expectRefused, storedMetadata, UUID } from '../support/expectations.ts'
import { FOREIGN_CHALLENGE, PASSKEY_AUTHORIZATION } from '../support/faulty-requests.ts'
import { KeypairClient, keypairAuthorization } from '../support/factor-clients.ts'
import { openHarness, type InterleavedHarness } from '../support/open-harness.ts'

describe('AddSyncFactor', () => {
  let harness: InterleavedHarness
  let backup: CreatedBackup
  let device: P256Keypair
  let command: AddSyncFactorCommand

  beforeEach(async () => {
    harness = openHarness()
    backup = await harness.createBackup()
    device = new P256Keypair()
    command = await harness.addSyncFactorCommand(backup.main, device)
  })

  const add = (change: Partial<AddSyncFactorCommand> = {}): Promise<unknown> =>
    harness.application.addSyncFactor.execute({ ...command, ...change })

  it('adds the device, dated now, and nothing else', async () => {
    harness.clock.advance(10_000)
    expect(await add()).to.equal(backup.id)
    const metadata = await storedMetadata(harness, backup.id)
    const [, added] = metadata.syncFactors
    expect(added).to.deep.include({
      createdAt: unixSeconds(harness.clock),
      kind: { kind: 'EC_KEYPAIR', publicKey: device.publicKey },
    })
    expect(added?.id).to.match(UUID).and.not.equal(backup.syncFactorId)
    expect(metadata).to.deep.equal({ ...backup.metadata, syncFactors: [...backup.metadata.syncFactors, added] })
  })

  it('lets the device sync', async () => {
    await add()
    await expectIntact(harness, await harness.sync({ ...backup, device }))
  })

  it('makes no main factor of the device', async () => {
    await add()
    const answer = await harness.deviceAnswer(device, { operation: 'retrieve' })
    const request = (): Promise<unknown> => harness.application.retrieveBackup.execute(answer)
    await expectRefused(harness, request, 'backup_untraceable')
  })

  const faults: readonly (readonly [string, DomainErrorCode, () => Promise<Partial<AddSyncFactorCommand>>])[] = [
    ['a passkey', 'invalid_sync_factor_type', async () => ({ syncFactor: PASSKEY_AUTHORIZATION })],
    [
      'an OIDC account',
      'invalid_sync_factor_type',
      async () => ({ syncFactor: harness.newAccountClient().enrol(FOREIGN_CHALLENGE) }),
    ],
    [
      'a signature over something else',
      'signature_verification_error',
      async () => ({ syncFactor: keypairAuthorization(device, FOREIGN_CHALLENGE) }),
    ],
    ['a token that is not ours', 'token_not_found', async () => ({ syncFactorToken: 'nonsense' })],
    [
      'a challenge token in place of the sync factor token',
      'token_not_found',
      async () => ({ syncFactorToken: command.challengeToken }),
    ],
    [
      'a sync factor token in place of the challenge token',
      'jwt_error',
      async () => ({ challengeToken: command.syncFactorToken }),
    ],
    ['a device that is a sync factor of the backup', 'factor_already_exists', async () => answerOf(backup.device)],
    [
      'a device that is a sync factor of another backup',
      'factor_already_exists',
      async () => answerOf((await harness.createBackup()).device),
    ],
    [
      'a keypair that is a main factor of the backup',
      'factor_already_exists',
      async () => {
        const { main } = backup
        return main instanceof KeypairClient ? answerOf(main.keypair) : {}
      },
    ],
  ]
  for (const [fault, code, introduce] of faults) {
    it(`refuses ${fault}; challenge and token still serve`, async () => {
      const change = await introduce()
      await expectRefused(harness, () => add(change), code)
      await add()
    })
  }

  it('refuses a sync factor token that has expired, whatever else is wrong with it', async () => {
    harness.clock.advance(10 * 60_000)
    const fresh = await answerOf(device)
    harness.clock.advance(5 * 60_000)
    await expectRefused(harness, () => add(fresh), 'token_expired')
  })

  it('takes a sync factor token in its last second', async () => {
    harness.clock.advance(10 * 60_000)
    const fresh = await answerOf(device)
    harness.clock.advance(5 * 60_000 - 1000)
    await add(fresh)
  })

  it('refuses a sync factor token that was used, and spares the challenge', async () => {
    await add()
    const second = await answerOf(new P256Keypair())
    await expectRefused(harness, () => add(second), 'already_used')
    await add({ ...second, syncFactorToken: (await harness.retrieve(backup.main)).syncFactorToken })
  })

  it('refuses a sync factor token that another instance of the service sealed with other keys', async () => {
    const elsewhere = openHarness()
    const { main } = await elsewhere.createBackup()
    const { syncFactorToken } = await elsewhere.retrieve(main)
    await expectRefused(harness, () => add({ syncFactorToken }), 'token_not_found')
  })

  it('adds to the backup that was retrieved, whoever is the owner of others', async () => {
    const other = await harness.createBackup()
    await add()
    expect((await storedMetadata(harness, other.id)).syncFactors).to.have.lengthOf(1)
  })

  it('refuses the token of a backup that was deleted', async () => {
    await harness.deleteBackup(backup)
    await expectRefused(harness, () => add(), 'backup_missing')
  })

  it('refuses the token of a backup that was deleted and created anew', async () => {
    await harness.deleteBackup(backup)
    const again = await harness.createBackup(backup)
    await expectRefused(harness, () => add(), 'backup_missing')
    expect((await storedMetadata(harness, again.id)).syncFactors).to.have.lengthOf(1)
  })

  it('refuses the token of a main factor that was removed since', async () => {
    const thief = new KeypairClient()
    const thiefId = await harness.addFactor(backup, thief)
    command = await harness.addSyncFactorCommand(thief, device)
    await harness.deleteFactor(backup.device, thiefId, 'MAIN')
    await expectRefused(harness, () => add(), 'token_not_found')
  })

  it('refuses the token of a main factor that is removed while the device is added', async () => {
    const thief = new KeypairClient()
    const thiefId = await harness.addFactor(backup, thief)
    command = await harness.addSyncFactorCommand(thief, device)
    harness.index.beforeNextCommits(() => harness.deleteFactor(backup.device, thiefId, 'MAIN'))
    expect(await refusalOf(add())).to.equal('token_not_found')
    expect((await storedMetadata(harness, backup.id)).syncFactors).to.have.lengthOf(1)
  })

  it('refuses the token of an undeletion whose main factor was removed since', async () => {
    harness = openHarness({ deletionGrace: 3600 })
    backup = await harness.createBackup()
    const main = new KeypairClient()
    const mainId = await harness.addFactor(backup, main)
    const thief = await harness.addSyncFactor(backup)
    await harness.deleteFactor(thief, mainId, 'MAIN')
    const { syncFactorToken } = await harness.undelete(main)
    command = { ...command, ...(await answerOf(device)), syncFactorToken }
    await harness.deleteFactor(backup.device, mainId, 'MAIN')
    await expectRefused(harness, () => add(), 'token_not_found')
    await harness.undelete(main)
    await add()
  })

  it('takes the token of an earlier release, which names no main factor', async () => {
    const { incarnation } = (await harness.index.load(backup.id))!.backup.state
    const issuedAt = unixSeconds(harness.clock)
    const id = '00000000-0000-4000-8000-000000000001'
    const statement = { backupId: backup.id, incarnation }
    const token = { purpose: 'sync-factor', id, issuedAt, expiresAt: issuedAt + 60, statement } as const
    await add({ syncFactorToken: await harness.application.sealer.seal(token) })
  })

  it('takes a token from before a sync', async () => {
    await harness.sync(backup)
    await add()
  })

  it('refuses a twenty-sixth sync factor; once there is room, challenge and token serve', async () => {
    for (let factors = 1; factors < 25; factors += 1) await harness.addSyncFactor(backup)
    const answer = await answerOf(device)
    const { syncFactorToken } = await harness.retrieve(backup.main)
    await expectRefused(harness, () => add({ ...answer, syncFactorToken }), 'too_many_factors')
    await harness.deleteFactor(backup.device, backup.syncFactorId, 'SYNC')
    await add({ ...answer, syncFactorToken })
  })

  it('counts a removed sync factor until its removal is final, swept or not', async () => {
    harness = openHarness({ deletionGrace: 3600 })
    backup = await harness.createBackup()
    for (let factors = 1; factors < 25; factors += 1) await harness.addSyncFactor(backup)
    await harness.deleteFactor(backup.device, backup.syncFactorId, 'SYNC')
    harness.clock.advance(3600 * 1000 - 1)
    command = await harness.addSyncFactorCommand(backup.main, device)
    await expectRefused(harness, () => add(), 'too_many_factors')
    harness.clock.advance(1)
    await add()
  })

  async function answerOf(keypair: P256Keypair): Promise<Partial<AddSyncFactorCommand>> {
    const { authorization, challengeToken } = await harness.deviceAnswer(keypair, { operation: 'add-sync-factor' })
    return { syncFactor: authorization, challengeToken }
  }
})
