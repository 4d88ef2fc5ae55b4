import { expect } from 'chai'
import type { CreatedBackup } from '../support/application-harness.ts'
import { newContent } from '../support/application-harness.ts'
import { P256Keypair } from '../support/keypair.ts'
import { refusalOf } from '../support/refusal.ts'
import { KeypairClient } from '../application/support/factor-clients.ts'
import { openHarness, type InterleavedHarness } from '../application/support/open-harness.ts'

/** A backup with two main factors and two devices. */
interface Scene {
  readonly harness: InterleavedHarness
  readonly backup: CreatedBackup
  readonly otherMain: KeypairClient
  readonly otherDevice: P256Keypair
  readonly otherSyncFactorId: string
  readonly unusedToken: string
}

type Step = (scene: Scene) => Promise<unknown>

const DELETIONS: readonly (readonly [string, Step])[] = [
  ['the backup', ({ harness, backup }) => harness.deleteBackup(backup)],
  ['a main factor', ({ harness, backup }) => harness.deleteFactor(backup.device, backup.mainFactorId, 'MAIN')],
  [
    'a sync factor, by the other one',
    ({ harness, backup, otherDevice }) => harness.deleteFactor(otherDevice, backup.syncFactorId, 'SYNC'),
  ],
  [
    'a sync factor, by itself',
    ({ harness, backup }) => harness.deleteFactor(backup.device, backup.syncFactorId, 'SYNC'),
  ],
  [
    'both main factors',
    async ({ harness, backup, otherMain }) => {
      const other = await mainFactorIdOf(harness, backup, otherMain)
      await harness.deleteFactor(backup.device, backup.mainFactorId, 'MAIN')
      await harness.deleteFactor(backup.device, other, 'MAIN')
    },
  ],
]

const REQUESTS: readonly (readonly [string, Step])[] = [
  ['retrieve', ({ harness, backup }) => harness.retrieve(backup.main)],
  ['retrieve with the other main factor', ({ harness, otherMain }) => harness.retrieve(otherMain)],
  [
    'verify-factor',
    async ({ harness, backup }) =>
      harness.application.verifyFactor.execute(await harness.answer(backup.main, 'verify-factor')),
  ],
  ['add-factor', ({ harness, backup }) => harness.addFactor(backup, new KeypairClient())],
  [
    'add-factor of the factor itself',
    ({ harness, backup, otherMain }) => harness.addFactor({ ...backup, main: otherMain }, backup.main),
  ],
  ['sync', ({ harness, backup }) => harness.sync(backup)],
  ['sync of the other device', ({ harness, backup, otherDevice }) => harness.sync({ ...backup, device: otherDevice })],
  ['delete-backup', ({ harness, backup }) => harness.deleteBackup(backup)],
  ['delete-factor', ({ harness, backup }) => harness.deleteFactor(backup.device, backup.mainFactorId, 'MAIN')],
  [
    'delete-factor by the other device',
    ({ harness, backup, otherDevice }) => harness.deleteFactor(otherDevice, backup.mainFactorId, 'MAIN'),
  ],
  [
    'delete-factor of the sync factor by the other device',
    ({ harness, backup, otherDevice }) => harness.deleteFactor(otherDevice, backup.syncFactorId, 'SYNC'),
  ],
  ['add-sync-factor', (scene) => addSyncFactor(scene, new P256Keypair())],
  ['add-sync-factor of the device itself', (scene) => addSyncFactor(scene, scene.backup.device)],
  ['backup/status', ({ harness, backup }) => harness.application.reportStatus.execute(backup.id)],
  ['retrieve-metadata', (scene) => retrieveMetadata(scene, undefined)],
  ['retrieve-metadata with the id of the backup', (scene) => retrieveMetadata(scene, scene.backup)],
  [
    'retrieve-metadata with the id of another',
    async (scene) => retrieveMetadata(scene, await scene.harness.createBackup()),
  ],
  [
    'retrieve-metadata of another, with the id of the backup',
    async (scene) => {
      const { device } = await scene.harness.createBackup()
      return retrieveMetadata({ ...scene, backup: { ...scene.backup, device } }, scene.backup)
    },
  ],
]

describe('What can be undone looks to everybody else as if it were gone', () => {
  for (const [what, remove] of DELETIONS) {
    for (const [request, send] of REQUESTS) {
      it(`${request} after the deletion of ${what}`, async () => {
        const [atOnce, withGrace] = [await arrange(0), await arrange(3600)]
        await remove(atOnce)
        await remove(withGrace)
        const expected = await refusalOf(send(atOnce))
        expect(await refusalOf(send(withGrace))).to.equal(expected)
        expect(await shown(withGrace)).to.deep.equal(await shown(atOnce))
      })

      it(`${request} when the deletion of ${what} comes first`, async () => {
        const [atOnce, withGrace] = [await arrange(0), await arrange(3600)]
        atOnce.harness.index.beforeNextCommits(() => remove(atOnce))
        withGrace.harness.index.beforeNextCommits(() => remove(withGrace))
        const expected = await refusalOf(send(atOnce))
        expect(await refusalOf(send(withGrace))).to.equal(expected)
      })
    }
  }

  it('except that its id and its factors are still taken', async () => {
    const { harness, backup } = await arrange(3600)
    await harness.deleteBackup(backup)
    expect(await refusalOf(harness.createBackup({ account: backup.account }))).to.equal(
      'backup_account_id_already_exists',
    )
    expect(await refusalOf(harness.createBackup({ main: backup.main }))).to.equal('factor_already_exists')
    expect(await refusalOf(harness.createBackup({ device: backup.device }))).to.equal('factor_already_exists')
    const other = await harness.createBackup()
    expect(await refusalOf(harness.addFactor(other, backup.main))).to.equal('factor_already_exists')
    expect(await refusalOf(harness.addSyncFactor(other, backup.device))).to.equal('factor_already_exists')
  })
})

async function arrange(deletionGrace: number): Promise<Scene> {
  const harness = openHarness({ deletionGrace })
  const backup = await harness.createBackup({ content: newContent() })
  const otherMain = new KeypairClient()
  await harness.addFactor(backup, otherMain)
  const otherDevice = await harness.addSyncFactor(backup)
  const { metadata, syncFactorToken } = await harness.retrieve(backup.main)
  return {
    harness,
    backup,
    otherMain,
    otherDevice,
    otherSyncFactorId: metadata.syncFactors[1]!.id,
    unusedToken: syncFactorToken,
  }
}

/** How many factors and keys whoever may still look is shown, and the kinds that anybody is. */
async function shown({ harness, backup, otherMain, otherDevice }: Scene): Promise<unknown> {
  const answer = await harness.deviceAnswer(otherDevice, { operation: 'retrieve-metadata' })
  const metadata = await settled(harness.application.retrieveMetadata.execute({ ...answer, backupId: undefined }))
  const retrieved = await settled(harness.retrieve(otherMain))
  return {
    status: await settled(harness.application.reportStatus.execute(backup.id)),
    metadata: metadata && [metadata.factors.length, metadata.syncFactors.length, metadata.keys],
    retrieved: retrieved && [retrieved.metadata.factors.length, retrieved.metadata.keys],
  }
}

async function settled<Result>(call: Promise<Result>): Promise<Result | undefined> {
  return (await refusalOf(call)) === undefined ? call : undefined
}

async function mainFactorIdOf(harness: InterleavedHarness, { id }: CreatedBackup, { keypair }: KeypairClient) {
  const stored = await harness.index.load(id)
  const factor = stored?.backup.state.mainFactors.find(
    ({ credential }) => credential.kind === 'EC_KEYPAIR' && credential.publicKey === keypair.publicKey,
  )
  return factor?.id ?? 'gone'
}

async function addSyncFactor({ harness, unusedToken }: Scene, device: P256Keypair): Promise<unknown> {
  const { authorization, challengeToken } = await harness.deviceAnswer(device, { operation: 'add-sync-factor' })
  return harness.application.addSyncFactor.execute({
    syncFactor: authorization,
    challengeToken,
    syncFactorToken: unusedToken,
  })
}

async function retrieveMetadata({ harness, backup }: Scene, named: CreatedBackup | undefined): Promise<unknown> {
  const answer = await harness.deviceAnswer(backup.device, { operation: 'retrieve-metadata' })
  return harness.application.retrieveMetadata.execute({ ...answer, backupId: named?.id })
}
