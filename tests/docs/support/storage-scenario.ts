import { ApplicationHarness, newContent, type CreatedBackup } from '../../support/application-harness.ts'
import { PasskeyClient, type AccountClient, type FactorClient } from '../../application/support/factor-clients.ts'
import { MeteredBackupIndex } from '../../support/dynamodb-metered-index.ts'
import type { Units } from '../../support/dynamodb-metered-table.ts'
import { AccountKeypair, P256Keypair } from '../../support/keypair.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { MeteredBlobStore, type S3Requests } from '../../support/s3-metered-blob-store.ts'

/** The backup that docs/storage-schema.md has its numbers from: a passkey and an account, two devices, and a sync behind it. */
export interface Scene {
  readonly harness: ApplicationHarness<MeteredBackupIndex, MeteredBlobStore>
  readonly backup: CreatedBackup
  readonly account: AccountClient
  readonly secondDevice: P256Keypair
}

/** Makes the request ready, which may cost something itself, and gives what sends it. */
type Prepare = (scene: Scene) => Promise<() => Promise<unknown>>

export interface PricedOperation {
  readonly name: string
  readonly passkey?: PasskeyClient
  /** Seconds. */
  readonly deletionGrace?: number
  readonly prepare: Prepare
}

export const OPERATIONS: readonly PricedOperation[] = [
  {
    name: 'any challenge',
    prepare:
      async ({ harness }) =>
      () =>
        harness.application.issueKeypairChallenge.execute({ operation: 'sync' }),
  },
  {
    name: 'create',
    prepare: async ({ harness }) => {
      const command = await harness.createCommand({ main: new PasskeyClient(), account: new AccountKeypair() })
      return () => harness.application.createBackup.execute(command)
    },
  },
  { name: 'retrieve, with a passkey', prepare: ({ harness, backup }) => prepareRetrieval(harness, backup.main) },
  {
    name: 'retrieve, with a security key that counts',
    passkey: new PasskeyClient({ counts: true }),
    prepare: ({ harness, backup }) => prepareRetrieval(harness, backup.main),
  },
  { name: 'retrieve, with an account', prepare: ({ harness, account }) => prepareRetrieval(harness, account) },
  {
    name: 'verify-factor, with a passkey',
    prepare: async ({ harness, backup }) => {
      const command = await harness.answer(backup.main, 'verify-factor')
      return () => harness.application.verifyFactor.execute(command)
    },
  },
  {
    name: 'retrieve-metadata',
    prepare: async ({ harness, backup }) => {
      const answer = await harness.deviceAnswer(backup.device, { operation: 'retrieve-metadata' })
      return () => harness.application.retrieveMetadata.execute({ ...answer, backupId: backup.id })
    },
  },
  {
    name: 'sync',
    prepare: async ({ harness, backup }) => {
      const command = await harness.syncCommand(backup, newContent())
      return () => harness.application.syncBackup.execute(command)
    },
  },
  {
    name: 'add-sync-factor',
    prepare: async ({ harness, backup }) => {
      const command = await harness.addSyncFactorCommand(backup.main, new P256Keypair())
      return () => harness.application.addSyncFactor.execute(command)
    },
  },
  {
    name: 'add-factor, an account',
    prepare: async ({ harness, backup }) => {
      const command = await harness.addFactorCommand(backup.main, harness.newAccountClient())
      return () => harness.application.addFactor.execute(command)
    },
  },
  {
    name: 'delete-factor, a device',
    prepare: async ({ harness, backup, secondDevice }) => {
      const command = await harness.deleteFactorCommand(secondDevice, backup.syncFactorId, 'SYNC')
      return () => harness.application.deleteFactor.execute(command)
    },
  },
  {
    name: 'delete-backup',
    prepare: async ({ harness, backup }) => {
      const command = await harness.deviceAnswer(backup.device, { operation: 'delete-backup' })
      return () => harness.application.deleteBackup.execute(command)
    },
  },
  {
    name: 'delete-factor, a device, to be undone',
    deletionGrace: 3600,
    prepare: async ({ harness, backup, secondDevice }) => {
      const command = await harness.deleteFactorCommand(secondDevice, backup.syncFactorId, 'SYNC')
      return () => harness.application.deleteFactor.execute(command)
    },
  },
  {
    name: 'delete-backup, to be undone',
    deletionGrace: 3600,
    prepare: async ({ harness, backup }) => {
      const command = await harness.deviceAnswer(backup.device, { operation: 'delete-backup' })
      return () => harness.application.deleteBackup.execute(command)
    },
  },
  {
    name: 'undelete, a backup',
    deletionGrace: 3600,
    prepare: async ({ harness, backup }) => {
      await harness.deleteBackup(backup)
      const command = await harness.answer(backup.main, 'undelete')
      return () => harness.application.undelete.execute(command)
    },
  },
  {
    name: 'reset',
    prepare: async ({ harness, backup }) => {
      const command = await harness.resetCommand(backup.account)
      return () => harness.application.resetBackup.execute(command)
    },
  },
  {
    name: 'backup/status',
    prepare:
      async ({ harness, backup }) =>
      () =>
        harness.application.reportStatus.execute(backup.id),
  },
]

/** @param passkey the backup's, instead of one that a cloud keeps */
export async function setScene(passkey = new PasskeyClient(), deletionGrace = 0): Promise<Scene> {
  const clock = new ManualClock()
  const stores = { index: new MeteredBackupIndex(), blobs: new MeteredBlobStore(clock), clock }
  const harness = new ApplicationHarness(stores, { deletionGrace })
  const created = await harness.createBackup({ main: passkey })
  const account = harness.newAccountClient()
  const command = await harness.addFactorCommand(passkey, account)
  await harness.application.addFactor.execute({ ...command, encryptedBackupKey: account.encryptedKey })
  const secondDevice = await harness.addSyncFactor(created)
  return { harness, backup: await harness.sync(created), account, secondDevice }
}

/** What one call of an operation costs, in units and requests. */
export async function measure({ passkey, deletionGrace, prepare }: PricedOperation): Promise<Units & S3Requests> {
  const scene = await setScene(passkey, deletionGrace)
  const { index, blobs, application } = scene.harness
  const send = await prepare(scene)
  index.takeUnits()
  blobs.takeRequests()
  await send()
  await application.sealedBlobs.settle()
  return { ...index.takeUnits(), ...blobs.takeRequests() }
}

async function prepareRetrieval(harness: Scene['harness'], main: FactorClient): Promise<() => Promise<unknown>> {
  const command = await harness.answer(main, 'retrieve')
  return async () => (await harness.application.retrieveBackup.execute(command)).blob.close()
}
