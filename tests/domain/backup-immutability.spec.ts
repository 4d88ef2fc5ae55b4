import { expect } from 'chai'
import { Backup } from '../../domain/backup.ts'
import { exportMetadata } from '../../domain/backup-metadata.ts'
import { DomainError } from '../../domain/domain-error.ts'
import { backupState, manifestHash, sealedBlob } from './support/backups.ts'
import { iCloudKey, prfKey } from './support/encrypted-keys.ts'
import { ecKeypair, factor, nthFactorId, passkey } from './support/factors.ts'

describe('Backup', () => {
  const content = { base: sealedBlob(1), from: manifestHash(1), to: manifestHash(2), blob: sealedBlob(9), history: 2 }
  const { credentialId } = passkey(1)
  const operations: readonly (readonly [string, (backup: Backup) => unknown])[] = [
    ['a sync', (backup) => backup.withContent(content)],
    ['a refused sync', (backup) => backup.withContent({ ...content, from: manifestHash(9) })],
    ['a new main factor', (backup) => backup.withMainFactor(factor(9, ecKeypair(9)), iCloudKey())],
    ['a refused main factor', (backup) => backup.withMainFactor(factor(9, ecKeypair(9)), prfKey())],
    ['a new sync factor', (backup) => backup.withSyncFactor(factor(9, ecKeypair(9)))],
    ['a refused sync factor', (backup) => backup.withSyncFactor(factor(9, ecKeypair(2)))],
    ['a removal', (backup) => backup.withoutFactor({ scope: 'MAIN', factorId: nthFactorId(1), key: prfKey() })],
    ['a refused removal', (backup) => backup.withoutFactor({ scope: 'MAIN', factorId: nthFactorId(3), key: prfKey() })],
    ['a sync factor taken away', (backup) => backup.withoutFactor({ scope: 'SYNC', factorId: nthFactorId(2) })],
    ['a counted assertion', (backup) => backup.withSignatureCounter(credentialId, 6)],
    ['a refused assertion', (backup) => backup.withSignatureCounter(credentialId, 5)],
    ['a look at its references', (backup) => backup.factorReferences()],
    ['a look at its blobs', (backup) => backup.blobs()],
    ['an export', (backup) => exportMetadata(backup)],
  ]
  for (const [label, operate] of operations) {
    it(`is as it was after ${label}`, () => {
      const state = backupState({
        mainFactors: [factor(1, passkey(1, { signatureCounter: 5 })), factor(3, ecKeypair(3))],
        supersededBlobs: [sealedBlob(7), sealedBlob(6)],
      })
      const before = structuredClone(state)
      const backup = Backup.restore(state)
      expect(refused(() => operate(backup))).to.equal(label.includes('refused'))
      expect(backup.state).to.deep.equal(before)
      expect(state).to.deep.equal(before)
    })
  }
})

function refused(act: () => unknown): boolean {
  try {
    act()
    return false
  } catch (error) {
    if (error instanceof DomainError) return true
    throw error
  }
}
