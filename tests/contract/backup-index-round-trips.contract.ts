import { expect } from 'chai'
import { randomUUID } from 'node:crypto'
import type { BackupIndex } from '../../application/ports/backup-index.ts'
import { MAX_MAIN_FACTORS, MAX_SYNC_FACTORS, type BackupState } from '../../domain/backup-state.ts'
import { Backup } from '../../domain/backup.ts'
import type { Credential } from '../../domain/credential.ts'
import type { RemovedMainFactor, RemovedSyncFactor } from '../../domain/deletion.ts'
import type { JsonObject } from '../../domain/json.ts'
import { deletion, mustCommit, replace, sampleCommit, store } from '../support/sample-commits.ts'
import {
  sampleBackup,
  sampleBackupId,
  sampleBlob,
  sampleDeletion,
  sampleEcKeypair,
  sampleFactor,
  sampleICloudKey,
  sampleOidcAccount,
  samplePasskey,
  samplePrfKey,
  sampleTurnkeyKey,
  synced,
} from '../support/sample-backups.ts'

/** As `JSON.parse` gives it: `__proto__` is a member like any other. */
const AWKWARD_REGISTRATION = JSON.parse(
  '{"z":1,"a":{"__proto__":{"polluted":true},"constructor":[null,true,-1.5e300,"\\ud800",{"deep":[[[]]]}]},"":"","__proto__":"x"}',
) as JsonObject

const SHAPES: readonly (readonly [label: string, change: Partial<BackupState>])[] = [
  ['a passkey without a label', mainFactors(samplePasskey({ label: null }))],
  ['a passkey with an empty label', mainFactors(samplePasskey({ label: '' }))],
  ['a label in many scripts', mainFactors(samplePasskey({ label: 'Schlüssel 鍵 🔑 \u202e\u0301' }))],
  ['a label that UTF-8 cannot write', mainFactors(samplePasskey({ label: 'a\u0000b\ud800c' }))],
  ['a registration with awkward members', mainFactors(samplePasskey({ registration: AWKWARD_REGISTRATION }))],
  ['an empty registration', mainFactors(samplePasskey({ registration: {} }))],
  ['the highest signature counter', mainFactors(samplePasskey({ signatureCounter: 0xffffffff }))],
  ['the longest credential id', mainFactors(samplePasskey({ credentialId: 'A'.repeat(1364) }))],
  ['a Google account', mainFactors(sampleOidcAccount())],
  ['an Apple account', mainFactors(sampleOidcAccount({ provider: 'APPLE', subject: '001234.ab#cd.0987' }))],
  ['an account without an address', mainFactors(sampleOidcAccount({ maskedEmail: '', turnkeyProviderId: '' }))],
  ['a keypair as main factor', mainFactors(sampleEcKeypair())],
  ['one factor of each kind', mainFactors(samplePasskey(), sampleOidcAccount(), sampleEcKeypair())],
  ['as many factors as are allowed', { ...manyMainFactors(), ...manySyncFactors() }],
  ['another incarnation', { incarnation: randomUUID() }],
  ['no sync factor', { syncFactors: [] }],
  ['no key', { keys: [] }],
  ['one key of each kind', { keys: [sampleTurnkeyKey(), samplePrfKey(), sampleICloudKey()] }],
  ['a key of any text', { keys: [{ kind: 'PRF', encryptedKey: '' }] }],
  ['a key that UTF-8 cannot write', { keys: [{ kind: 'ICLOUD', encryptedKey: '🔑\udc00\u0000"' }] }],
  ['a superseded blob', { supersededBlobs: [sampleBlob(sampleBackupId())] }],
  [
    'many superseded blobs',
    { supersededBlobs: Array.from({ length: 20 }, (_, size) => sampleBlob(sampleBackupId(), size)) },
  ],
  ['a deletion to undo', { deletion: sampleDeletion() }],
  ['removed main factors', { removedFactors: [removedMainFactor(), removedMainFactor({ key: sampleTurnkeyKey() })] }],
  ['removed sync factors', { removedFactors: [removedSyncFactor(), removedSyncFactor()] }],
  [
    'removed factors of both scopes in turn, and a deletion',
    {
      deletion: sampleDeletion(),
      removedFactors: [removedSyncFactor(), removedMainFactor({ key: samplePrfKey() }), removedSyncFactor()],
    },
  ],
  ['a removed key like the one in use', likeTheOneInUse()],
  ['as many removed factors as are allowed', manyRemovedFactors()],
]

/** What is written is what is read, whichever way it got there. */
export function describeRoundTrips(index: () => BackupIndex): void {
  it('knows nothing of a backup that was never created', async () => {
    expect(await index().load(sampleBackupId())).to.equal(undefined)
  })

  for (const [label, change] of SHAPES) {
    it(`keeps a new backup with ${label}`, async () => {
      const backup = inShape(sampleBackup(), change)
      const stored = await store(index(), backup)
      await expectStored(index(), backup, stored.revision)
      await mustCommit(index(), deletion(stored))
    })

    it(`keeps a backup that came to have ${label}`, async () => {
      const stored = await store(index(), sampleBackup())
      const backup = inShape(stored.backup, change)
      const replaced = await replace(index(), stored, backup)
      await expectStored(index(), backup, replaced.revision)
      await mustCommit(index(), deletion(replaced))
    })

    it(`forgets that a backup had ${label}`, async () => {
      const plain = sampleBackup()
      const stored = await store(index(), inShape(plain, change))
      const replaced = await replace(index(), stored, plain)
      await expectStored(index(), plain, replaced.revision)
    })
  }

  it('stays at its revision when something is only consumed', async () => {
    const { backup, revision } = await store(index(), sampleBackup())
    await mustCommit(index(), sampleCommit())
    await expectStored(index(), backup, revision)
  })

  it('lets others read on in what they have loaded', async () => {
    const stored = await store(index(), sampleBackup())
    const loaded = await index().load(stored.backup.id)
    await replace(index(), stored, synced(stored.backup))
    expect(loaded?.backup.state).to.deep.equal(stored.backup.state)
  })

  it('keeps the history of many syncs in order', async () => {
    let stored = await store(index(), sampleBackup())
    const first = stored.backup.state.blob
    for (let sync = 0; sync < 6; sync += 1) stored = await replace(index(), stored, synced(stored.backup, 4))
    await expectStored(index(), stored.backup, stored.revision)
    expect(stored.backup.blobs()).to.have.length(5).and.not.deep.include(first)
  })

  it('forgets a deleted backup and takes its id for a new one', async () => {
    const stored = await store(index(), sampleBackup())
    await mustCommit(index(), deletion(stored))
    expect(await index().load(stored.backup.id)).to.equal(undefined)
    const next = sampleBackup({ id: stored.backup.id })
    const { revision } = await store(index(), next)
    await expectStored(index(), next, revision)
  })
}

async function expectStored(index: BackupIndex, backup: Backup, revision: string): Promise<void> {
  const loaded = await index.load(backup.id)
  expect(loaded?.backup).to.be.instanceOf(Backup)
  expect(loaded?.backup.state).to.deep.equal(backup.state)
  expect(registrations(loaded?.backup)).to.deep.equal(registrations(backup))
  expect(loaded?.revision).to.equal(revision)
}

/** As text: owners get their registration back member by member as it was, in its order too. */
function registrations(backup: Backup | undefined): readonly string[] | undefined {
  return backup?.state.mainFactors.map(({ credential }) =>
    credential.kind === 'PASSKEY' ? JSON.stringify(credential.registration) : '',
  )
}

function inShape({ state }: Backup, change: Partial<BackupState>): Backup {
  return Backup.restore({ ...state, ...change })
}

function mainFactors(...credentials: Credential[]): Partial<BackupState> {
  return { mainFactors: credentials.map((credential) => sampleFactor(credential)) }
}

function manyMainFactors(): Partial<BackupState> {
  const kinds = [samplePasskey, sampleOidcAccount, sampleEcKeypair]
  return mainFactors(...Array.from({ length: MAX_MAIN_FACTORS }, (_, at) => kinds[at % kinds.length]!()))
}

function manySyncFactors(): Partial<BackupState> {
  return { syncFactors: Array.from({ length: MAX_SYNC_FACTORS }, () => sampleFactor(sampleEcKeypair())) }
}

function removedMainFactor(change: Partial<RemovedMainFactor> = {}): RemovedMainFactor {
  return { ...sampleDeletion(), scope: 'MAIN', factor: sampleFactor<Credential>(samplePasskey()), ...change }
}

function removedSyncFactor(): RemovedSyncFactor {
  return { ...sampleDeletion(), scope: 'SYNC', factor: sampleFactor(sampleEcKeypair()) }
}

function likeTheOneInUse(): Partial<BackupState> {
  const key = sampleTurnkeyKey()
  return { keys: [key], removedFactors: [removedMainFactor({ key: { ...key, turnkeyAccountId: 'another' } })] }
}

function manyRemovedFactors(): Partial<BackupState> {
  return {
    removedFactors: [
      ...Array.from({ length: MAX_MAIN_FACTORS - 1 }, () => removedMainFactor({ key: samplePrfKey() })),
      ...Array.from({ length: MAX_SYNC_FACTORS - 1 }, removedSyncFactor),
    ],
  }
}
