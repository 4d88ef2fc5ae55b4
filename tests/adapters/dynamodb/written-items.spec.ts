import { expect } from 'chai'
import { commitWrites } from '../../../adapters/dynamodb/commit-transaction.ts'
import type { Commit } from '../../../application/ports/backup-index.ts'
import { MAX_MAIN_FACTORS, MAX_SYNC_FACTORS } from '../../../domain/backup-state.ts'
import { Backup } from '../../../domain/backup.ts'
import type { Credential } from '../../../domain/credential.ts'
import {
  sampleBackup,
  sampleDeletion,
  SAMPLE_TIME,
  sampleEcKeypair,
  sampleFactor,
  sampleOidcAccount,
  samplePasskey,
  samplePrfKey,
  synced,
} from '../../support/sample-backups.ts'
import { creation, deletion, replacement, sampleCommit, sampleConsumption } from '../../support/sample-commits.ts'

const passkey = samplePasskey({ signatureCounter: 1 })
const backup = sampleBackup({ mainFactor: sampleFactor<Credential>(passkey) })
const stored = { backup, revision: sampleCommit().id }
const [syncFactor] = backup.state.syncFactors
const bySyncFactor = sampleDeletion({ deletedBy: syncFactor!.id })
const removedSync = backup.withoutFactor({ scope: 'SYNC', factorId: syncFactor!.id }, bySyncFactor)!
const withAnother = backup.withMainFactor(sampleFactor(sampleOidcAccount()))
const storedWithAnother = { ...stored, backup: withAnother }
const removal = { scope: 'MAIN', factorId: backup.state.mainFactors[0]!.id, key: backup.state.keys[0]! } as const
const removedMain = withAnother.withoutFactor(removal, bySyncFactor)!

const WRITES: readonly (readonly [what: string, commit: Commit, written: readonly string[]])[] = [
  [
    'a creation',
    creation(backup),
    ['Put HEAD', 'Put OWNER', 'Put OWNER', 'Put COMMIT', 'Put MAIN', 'Put SYNC', 'Put KEY'],
  ],
  ['a sync', replacement(stored, synced(backup)), ['Update HEAD', 'Put COMMIT']],
  ['a change of nothing', replacement(stored, Backup.restore({ ...backup.state })), ['Update HEAD', 'Put COMMIT']],
  [
    'a new main factor with its key',
    replacement(stored, backup.withMainFactor(sampleFactor(sampleEcKeypair()), { kind: 'ICLOUD', encryptedKey: 'x' })),
    ['Update HEAD', 'Put OWNER', 'Put COMMIT', 'Put MAIN', 'Put KEY'],
  ],
  [
    'a sync factor less',
    replacement(stored, backup.withoutFactor({ scope: 'SYNC', factorId: syncFactor!.id })!),
    ['Update HEAD', 'Put COMMIT', 'Delete OWNER', 'Delete SYNC'],
  ],
  [
    'a factor removed for as long as that can be undone',
    replacement(stored, removedSync),
    ['Update HEAD', 'Put COMMIT'],
  ],
  [
    'a factor removed so with its key',
    replacement(storedWithAnother, removedMain),
    ['Update HEAD', 'Put COMMIT', 'Put REMOVED-KEY', 'Delete KEY'],
  ],
  [
    'a removal undone, whose maker goes',
    replacement({ ...stored, backup: removedMain }, removedMain.undeleted(SAMPLE_TIME)!),
    ['Update HEAD', 'Put COMMIT', 'Delete OWNER', 'Put KEY', 'Delete SYNC', 'Delete REMOVED-KEY'],
  ],
  [
    'a removal become final',
    replacement({ ...stored, backup: removedMain }, removedMain.withoutFinalDeletions(SAMPLE_TIME + 3600)!),
    ['Update HEAD', 'Put COMMIT', 'Delete OWNER', 'Delete MAIN', 'Delete REMOVED-KEY'],
  ],
  [
    'a deletion that can be undone',
    replacement(stored, backup.deleted(sampleDeletion())),
    ['Update HEAD', 'Put COMMIT'],
  ],
  [
    'a counter that moved on',
    replacement(stored, backup.withSignatureCounter(passkey.credentialId, 2)),
    ['Update HEAD', 'Put COMMIT', 'Put MAIN'],
  ],
  [
    'a key exchanged for another of its kind',
    replacement(stored, Backup.restore({ ...backup.state, keys: [samplePrfKey()] })),
    ['Update HEAD', 'Put COMMIT', 'Put KEY', 'Delete KEY'],
  ],
  [
    'a deletion',
    deletion(stored),
    ['Delete HEAD', 'Put COMMIT', 'Delete OWNER', 'Delete OWNER', 'Delete MAIN', 'Delete SYNC', 'Delete KEY'],
  ],
  [
    'two consumptions',
    sampleCommit({ consume: [sampleConsumption(), sampleConsumption()] }),
    ['Put COMMIT', 'Put COMMIT'],
  ],
]

describe('DynamoDB: what is written', () => {
  for (const [what, commit, written] of WRITES) {
    it(`of ${what} is what changed: ${written.join(', ')}`, () => {
      expect(commitWrites('table', commit).map(describeWrite)).to.deep.equal(written)
    })
  }

  it('is the same for the same commit, so that it may go with the same token', () => {
    const commit = replacement(stored, synced(backup).withSyncFactor(sampleFactor(sampleEcKeypair())))
    expect(commitWrites('table', commit)).to.deep.equal(commitWrites('table', commit))
  })

  it('fits into a transaction whatever the policies allow', () => {
    const full = Backup.restore({
      ...backup.state,
      mainFactors: Array.from({ length: MAX_MAIN_FACTORS }, () => sampleFactor<Credential>(samplePasskey())),
      syncFactors: Array.from({ length: MAX_SYNC_FACTORS }, () => sampleFactor(sampleEcKeypair())),
    })
    const [remaining, ...removed] = full.state.mainFactors
    const emptied = Backup.restore({
      ...full.state,
      mainFactors: [remaining!],
      syncFactors: [],
      removedFactors: [
        ...removed.map((factor) => ({ ...sampleDeletion(), scope: 'MAIN', factor, key: samplePrfKey() }) as const),
        ...full.state.syncFactors.map((factor) => ({ ...sampleDeletion(), scope: 'SYNC', factor }) as const),
      ],
    })
    const consume = [sampleConsumption(), sampleConsumption(), sampleConsumption()] as const
    for (const commit of [
      creation(full, { consume }),
      deletion({ ...stored, backup: full }, { consume }),
      creation(emptied, { consume }),
      deletion({ ...stored, backup: emptied }, { consume }),
    ]) {
      expect(commitWrites('table', commit).length).to.be.within(70, 100)
    }
  })

  it('names no credential and nothing that was used in a partition key', () => {
    const account = sampleOidcAccount({ subject: 'somebody' })
    const commit = creation(sampleBackup({ mainFactor: sampleFactor<Credential>(account) }), {
      consume: [sampleConsumption({ key: 'oidc-nonce#abc' })],
    })
    const keys = commitWrites('table', commit).map(({ item }) => String(item.Put?.Item?.PK))
    expect(keys.filter((key) => !/^(MAIN|SYNC|USED)#[0-9a-f]{64}$|^backup_account_[0-9a-f]{66}$/.test(key))).to.be.empty
  })

  it('keeps partition keys short however long a credential id is', () => {
    const mainFactor = sampleFactor<Credential>(samplePasskey({ credentialId: 'A'.repeat(1364) }))
    const [, row] = commitWrites('table', creation(sampleBackup({ mainFactor })))
    expect(String(row!.item.Put?.Item?.PK)).to.have.length(69)
  })

  it('lets a consumption be removed an hour after it expired, and no sooner', () => {
    const consume = [sampleConsumption({ expiresAt: SAMPLE_TIME + 60 })] as const
    const [write] = commitWrites('table', sampleCommit({ consume }))
    expect(write?.item.Put?.Item).to.include({ expiresAt: SAMPLE_TIME + 60, forgetAt: SAMPLE_TIME + 3660 })
  })
})

function describeWrite({ item: { Put, Update, Delete } }: ReturnType<typeof commitWrites>[number]): string {
  const verb = Put !== undefined ? 'Put' : Update !== undefined ? 'Update' : 'Delete'
  const sortKey = String((Put?.Item ?? Update?.Key ?? Delete?.Key)?.SK)
  return `${verb} ${sortKey.split('#')[0]!}`
}
