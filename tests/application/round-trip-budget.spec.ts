import { expect } from 'chai'
import { MemoryBackupIndex } from '../../adapters/memory/memory-backup-index.ts'
import { MemoryBlobStore } from '../../adapters/memory/memory-blob-store.ts'
import { ApplicationHarness, newContent, type CreatedBackup } from '../support/application-harness.ts'
import { P256Keypair } from '../support/keypair.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { KeypairClient, PasskeyClient, type FactorClient } from './support/factor-clients.ts'
import { RoundTrips } from './support/round-trips.ts'

/** Makes the request ready, which may take round trips of its own, and gives what sends it. */
type Prepare = (harness: ApplicationHarness, backup: CreatedBackup) => Promise<() => Promise<unknown>>

/** Round trips to a backend that wait for each other, at most. Removing what is no longer kept goes on behind the answer. */
const BUDGET: readonly (readonly [operation: string, budget: number, prepare: Prepare])[] = [
  [
    'a challenge',
    0,
    async ({ application }) =>
      () =>
        application.issueKeypairChallenge.execute({ operation: 'sync' }),
  ],
  [
    'create',
    3,
    async (harness) => {
      const command = await harness.createCommand()
      return () => harness.application.createBackup.execute(command)
    },
  ],
  [
    'retrieve',
    3,
    async (harness, { main }) => {
      const command = await harness.answer(main, 'retrieve')
      return async () => (await harness.application.retrieveBackup.execute(command)).blob.close()
    },
  ],
  [
    'verify-factor',
    3,
    async (harness, { main }) => {
      const command = await harness.answer(main, 'verify-factor')
      return () => harness.application.verifyFactor.execute(command)
    },
  ],
  [
    'retrieve-metadata',
    3,
    async (harness, { device, id }) => {
      const answer = await harness.deviceAnswer(device, { operation: 'retrieve-metadata' })
      return () => harness.application.retrieveMetadata.execute({ ...answer, backupId: id })
    },
  ],
  [
    'sync',
    4,
    async (harness, backup) => {
      const command = await harness.syncCommand(backup, newContent())
      return () => harness.application.syncBackup.execute(command)
    },
  ],
  [
    'add-sync-factor',
    2,
    async (harness, { main }) => {
      const command = await harness.addSyncFactorCommand(main, new P256Keypair())
      return () => harness.application.addSyncFactor.execute(command)
    },
  ],
  [
    'add-factor',
    3,
    async (harness, { main }) => {
      const command = await harness.addFactorCommand(main, new KeypairClient())
      return () => harness.application.addFactor.execute(command)
    },
  ],
  [
    'delete-factor',
    3,
    async (harness, { device, mainFactorId }) => {
      const command = await harness.deleteFactorCommand(device, mainFactorId, 'MAIN')
      return () => harness.application.deleteFactor.execute(command)
    },
  ],
  [
    'delete-backup',
    3,
    async (harness, { device }) => {
      const command = await harness.deviceAnswer(device, { operation: 'delete-backup' })
      return () => harness.application.deleteBackup.execute(command)
    },
  ],
  [
    'delete-factor, which can be undone',
    3,
    async (harness, { device, mainFactorId }) => {
      const command = await harness.deleteFactorCommand(device, mainFactorId, 'MAIN')
      return () => harness.application.deleteFactor.execute(command)
    },
  ],
  [
    'delete-backup, which can be undone',
    3,
    async (harness, { device }) => {
      const command = await harness.deviceAnswer(device, { operation: 'delete-backup' })
      return () => harness.application.deleteBackup.execute(command)
    },
  ],
  [
    'undelete, to undo the deletion of a backup',
    3,
    async (harness, backup) => {
      await harness.deleteBackup(backup)
      const command = await harness.answer(backup.main, 'undelete')
      return () => harness.application.undelete.execute(command)
    },
  ],
  [
    'undelete, to undo the removal of the factor that asks',
    3,
    async (harness, { device, main, mainFactorId }) => {
      await harness.application.addFactor.execute(await harness.addFactorCommand(main, new KeypairClient()))
      await harness.deleteFactor(device, mainFactorId, 'MAIN')
      const command = await harness.answer(main, 'undelete')
      return () => harness.application.undelete.execute(command)
    },
  ],
  [
    'reset',
    2,
    async (harness, { account }) => {
      const command = await harness.resetCommand(account)
      return () => harness.application.resetBackup.execute(command)
    },
  ],
  [
    'status',
    1,
    async (harness, { id }) =>
      () =>
        harness.application.reportStatus.execute(id),
  ],
]

describe('Round trips to a backend, one after the other', () => {
  const mains: readonly (readonly [string, () => FactorClient])[] = [
    ['an EC keypair', () => new KeypairClient()],
    ['a passkey that counts', () => new PasskeyClient()],
  ]
  for (const [kind, newMain] of mains) {
    for (const [operation, budget, prepare] of BUDGET) {
      it(`${operation} takes ${budget}, with ${kind}`, async () => {
        const clock = new ManualClock()
        const roundTrips = new RoundTrips()
        const stores = {
          index: roundTrips.index(new MemoryBackupIndex()),
          blobs: roundTrips.blobs(new MemoryBlobStore(clock)),
          clock,
        }
        const harness = new ApplicationHarness(stores, { deletionGrace: /undo(ne)? /.test(`${operation} `) ? 3600 : 0 })
        const send = await prepare(harness, await harness.createBackup({ main: newMain() }))
        roundTrips.take()
        await send()
        expect(roundTrips.take()).to.equal(budget)
      })
    }
  }
})
