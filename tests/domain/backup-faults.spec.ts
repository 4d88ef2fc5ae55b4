import { expect } from 'chai'
import { backupFaults } from '../../domain/backup-faults.ts'
import { parseBackupId } from '../../domain/backup-id.ts'
import { MAX_MAIN_FACTORS, MAX_SYNC_FACTORS, type BackupState } from '../../domain/backup-state.ts'
import { blobKey } from '../../domain/blob-key.ts'
import type { Deletion, RemovedFactor } from '../../domain/deletion.ts'
import type { MainFactor, SyncFactor } from '../../domain/factor.ts'
import { backup, sealedBlob } from './support/backups.ts'
import { iCloudKey, prfKey } from './support/encrypted-keys.ts'
import { ecKeypair, factor, keypairFactors, nthFactorId, oidcAccount, passkey } from './support/factors.ts'

const FOREIGN_BLOB = { ...sealedBlob(1), key: blobKey(parseBackupId(`backup_account_03${'5e'.repeat(32)}`), 'blob-1') }

const DELETION: Deletion = { deletedBy: nthFactorId(2), recoverableUntil: 2_000_000_000 }
const removedMain = (gone: MainFactor): RemovedFactor => ({ ...DELETION, scope: 'MAIN', factor: gone })
const removedSync = (gone: SyncFactor): RemovedFactor => ({ ...DELETION, scope: 'SYNC', factor: gone })

const SOUND: readonly (readonly [what: string, change: Partial<BackupState>])[] = [
  ['one main factor and one sync factor', {}],
  ['no sync factor and no key', { syncFactors: [], keys: [] }],
  [
    'as many factors as there may be',
    { mainFactors: keypairFactors(MAX_MAIN_FACTORS, 1), syncFactors: keypairFactors(MAX_SYNC_FACTORS, 50) },
  ],
  ['a key of each of two kinds', { keys: [prfKey(), iCloudKey()] }],
  [
    'as many factors as there may be, with those that were removed',
    {
      mainFactors: keypairFactors(MAX_MAIN_FACTORS - 1, 3),
      syncFactors: keypairFactors(MAX_SYNC_FACTORS - 1, 50),
      removedFactors: [removedMain(factor(1, passkey(1))), removedSync(factor(2, ecKeypair(2)))],
    },
  ],
  ['superseded blobs', { supersededBlobs: [sealedBlob(2), sealedBlob(3)] }],
]

const DAMAGED: readonly (readonly [what: string, change: Partial<BackupState>, fault: string])[] = [
  ['no main factor', { mainFactors: [] }, 'it has no main factor'],
  ['too many main factors', { mainFactors: keypairFactors(11, 3) }, 'it has 11 main factors, more than 10'],
  ['too many sync factors', { syncFactors: keypairFactors(26, 3) }, 'it has 26 sync factors, more than 25'],
  [
    'one credential in both lists',
    { mainFactors: [factor(1, ecKeypair(2))] },
    `the credential of factor ${nthFactorId(2)} is another factor's too`,
  ],
  [
    'one credential twice in a list',
    { mainFactors: [factor(1, oidcAccount(1)), factor(3, oidcAccount(1))] },
    `the credential of factor ${nthFactorId(3)} is another factor's too`,
  ],
  [
    'one id for two factors',
    { mainFactors: [factor(1, passkey(1)), factor(1, passkey(2))] },
    `it has two factors of the id ${nthFactorId(1)}`,
  ],
  [
    'too many main factors with those that were removed',
    { mainFactors: keypairFactors(MAX_MAIN_FACTORS, 3), removedFactors: [removedMain(factor(1, passkey(1)))] },
    'it has 11 main factors, more than 10',
  ],
  [
    'too many sync factors with those that were removed',
    { syncFactors: keypairFactors(MAX_SYNC_FACTORS, 3), removedFactors: [removedSync(factor(99, ecKeypair(99)))] },
    'it has 26 sync factors, more than 25',
  ],
  [
    'one id for a factor and a removed one',
    { mainFactors: [factor(1, passkey(1))], removedFactors: [removedMain(factor(1, passkey(9)))] },
    `it has two factors of the id ${nthFactorId(1)}`,
  ],
  [
    'one id for two removed factors',
    { removedFactors: [removedMain(factor(9, passkey(8))), removedSync(factor(9, ecKeypair(9)))] },
    `it has two factors of the id ${nthFactorId(9)}`,
  ],
  [
    'one credential for a factor and a removed one',
    { mainFactors: [factor(1, passkey(1))], removedFactors: [removedMain(factor(9, passkey(1)))] },
    `the credential of factor ${nthFactorId(9)} is another factor's too`,
  ],
  ['two keys of a kind', { keys: [prfKey('one'), prfKey('two')] }, 'it has two encrypted keys of kind PRF'],
  ['a blob twice', { supersededBlobs: [sealedBlob(1)] }, `it points to blob ${sealedBlob(1).key} twice`],
  ["another backup's blob", { blob: FOREIGN_BLOB }, `it points to blob ${FOREIGN_BLOB.key}, not its own`],
]

describe('backupFaults', () => {
  for (const [what, change] of SOUND) {
    it(`finds nothing wrong with ${what}`, () => {
      expect(backupFaults(backup(change))).to.deep.equal([])
    })
  }

  for (const [what, change, fault] of DAMAGED) {
    it(`finds ${what}`, () => {
      expect(backupFaults(backup(change))).to.deep.equal([fault])
    })
  }

  it('finds everything at once', () => {
    const faults = backupFaults(backup({ mainFactors: [], keys: [prfKey('one'), prfKey('two')], blob: FOREIGN_BLOB }))
    expect(faults).to.have.length(3)
  })
})
