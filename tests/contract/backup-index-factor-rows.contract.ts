import { expect } from 'chai'
import type { BackupIndex } from '../../application/ports/backup-index.ts'
import { Backup } from '../../domain/backup.ts'
import { credentialReference, type Credential } from '../../domain/credential.ts'
import type { FactorReference, FactorScope } from '../../domain/factor.ts'
import { deletion, mustCommit, replace, store } from '../support/sample-commits.ts'
import {
  sampleBackup,
  sampleEcKeypair,
  sampleFactor,
  sampleICloudKey,
  sampleOidcAccount,
  samplePasskey,
  synced,
} from '../support/sample-backups.ts'

/** A row leads to a backup exactly while its factor is one of that backup's. */
export function describeFactorRows(index: () => BackupIndex): void {
  for (const credential of [samplePasskey(), sampleOidcAccount(), sampleEcKeypair()]) {
    it(`finds a backup by its main factor of kind ${credential.kind}, in that scope only`, async () => {
      const { backup } = await store(index(), sampleBackup({ mainFactor: sampleFactor<Credential>(credential) }))
      expect(await index().findByFactor(reference('MAIN', credential))).to.equal(backup.id)
      expect(await index().findByFactor(reference('SYNC', credential))).to.equal(undefined)
    })
  }

  it('finds a backup by its sync factor, in that scope only', async () => {
    const credential = sampleEcKeypair()
    const { backup } = await store(index(), sampleBackup({ syncFactor: sampleFactor(credential) }))
    expect(await index().findByFactor(reference('SYNC', credential))).to.equal(backup.id)
    expect(await index().findByFactor(reference('MAIN', credential))).to.equal(undefined)
  })

  it('finds nothing by a credential that is nowhere', async () => {
    expect(await index().findByFactor(reference('MAIN', samplePasskey()))).to.equal(undefined)
  })

  it('tells credentials apart that differ in case only', async () => {
    const { subject } = sampleOidcAccount()
    const [upper, lower] = ['A', 'a'].map((end) => sampleOidcAccount({ subject: `${subject}${end}` }))
    await store(index(), sampleBackup({ mainFactor: sampleFactor<Credential>(upper!) }))
    expect(await index().findByFactor(reference('MAIN', lower!))).to.equal(undefined)
  })

  it('adds the rows of new factors and leaves the others', async () => {
    const stored = await store(index(), sampleBackup())
    const grown = stored.backup
      .withMainFactor(sampleFactor(sampleOidcAccount()))
      .withSyncFactor(sampleFactor(sampleEcKeypair()))
    await replace(index(), stored, grown)
    await expectAllLeadTo(index(), grown)
    expect(grown.factorReferences()).to.have.length(4)
  })

  it('removes the rows of factors that are gone and leaves the others', async () => {
    const [kept, gone] = [sampleFactor(sampleEcKeypair()), sampleFactor(sampleEcKeypair())]
    const stored = await store(index(), sampleBackup({ syncFactor: gone }))
    const both = await replace(index(), stored, stored.backup.withSyncFactor(kept))
    const { backup } = await replace(index(), both, withoutSyncFactor(both.backup, gone.id))
    expect(await index().findByFactor(reference('SYNC', gone.credential))).to.equal(undefined)
    await expectAllLeadTo(index(), backup)
  })

  it('exchanges all factors at once', async () => {
    const stored = await store(index(), sampleBackup())
    const { mainFactors, syncFactors } = sampleBackup().state
    const { backup } = await replace(
      index(),
      stored,
      Backup.restore({ ...stored.backup.state, mainFactors, syncFactors }),
    )
    await expectAllLeadTo(index(), backup)
    for (const row of stored.backup.factorReferences()) expect(await index().findByFactor(row)).to.equal(undefined)
  })

  it('leaves the rows alone in a sync', async () => {
    const stored = await store(index(), sampleBackup())
    const { backup } = await replace(index(), stored, synced(stored.backup))
    await expectAllLeadTo(index(), backup)
  })

  it('keeps the row of a factor whose credential changed', async () => {
    const [passkey, factor] = [samplePasskey(), sampleFactor<Credential>(samplePasskey())]
    const stored = await store(index(), sampleBackup({ mainFactor: { ...factor, credential: passkey } }))
    const counted = Backup.restore({
      ...stored.backup.state,
      mainFactors: [{ ...factor, credential: { ...passkey, signatureCounter: 7 } }],
    })
    await replace(index(), stored, counted)
    expect((await index().load(counted.id))?.backup.state).to.deep.equal(counted.state)
    await expectAllLeadTo(index(), counted)
  })

  it('keeps a key that came without a factor', async () => {
    const stored = await store(index(), sampleBackup())
    const { backup } = await replace(index(), stored, withKeys(stored.backup, [sampleICloudKey()]))
    expect((await index().load(backup.id))?.backup.state).to.deep.equal(backup.state)
    await expectAllLeadTo(index(), backup)
  })

  it('keeps the order of the others when a factor goes, and an order that changed', async () => {
    const stored = await store(index(), withSyncFactors(sampleBackup(), 4))
    const [first, second, ...rest] = stored.backup.state.syncFactors
    const shorter = await replace(index(), stored, withoutSyncFactor(stored.backup, second!.id))
    expect((await index().load(shorter.backup.id))?.backup.state.syncFactors).to.deep.equal([first, ...rest])
    const reordered = Backup.restore({ ...shorter.backup.state, syncFactors: [...rest, first!] })
    await replace(index(), shorter, reordered)
    expect((await index().load(shorter.backup.id))?.backup.state.syncFactors).to.deep.equal([...rest, first])
  })

  it('takes a factor for another backup once a change freed it', async () => {
    const moving = sampleFactor(sampleEcKeypair())
    const stored = await store(index(), sampleBackup({ syncFactor: moving }))
    const grown = await replace(index(), stored, stored.backup.withSyncFactor(sampleFactor(sampleEcKeypair())))
    const left = await replace(index(), grown, withoutSyncFactor(grown.backup, moving.id))
    const { backup } = await store(index(), sampleBackup({ syncFactor: moving }))
    await expectAllLeadTo(index(), backup)
    await expectAllLeadTo(index(), left.backup)
  })

  it('leads nowhere by the factors of a deleted backup, which are free for another', async () => {
    const stored = await store(index(), sampleBackup())
    await mustCommit(index(), deletion(stored))
    for (const row of stored.backup.factorReferences()) expect(await index().findByFactor(row)).to.equal(undefined)
    const { mainFactors, syncFactors } = stored.backup.state
    const heir = await store(index(), sampleBackup({ mainFactor: mainFactors[0]!, syncFactor: syncFactors[0]! }))
    await expectAllLeadTo(index(), heir.backup)
  })

  it('leaves the rows of other backups when one is deleted', async () => {
    const [stored, other] = [await store(index(), sampleBackup()), await store(index(), sampleBackup())]
    await mustCommit(index(), deletion(stored))
    await expectAllLeadTo(index(), other.backup)
  })

  it('lets one credential be a main factor of one backup and a sync factor of another', async () => {
    const credential = sampleEcKeypair()
    const main = await store(index(), sampleBackup({ mainFactor: sampleFactor<Credential>(credential) }))
    const sync = await store(index(), sampleBackup({ syncFactor: sampleFactor(credential) }))
    await mustCommit(index(), deletion(main))
    expect(await index().findByFactor(reference('MAIN', credential))).to.equal(undefined)
    await expectAllLeadTo(index(), sync.backup)
  })

  it('lets a credential change its scope within a backup', async () => {
    const moving = sampleFactor(sampleEcKeypair())
    const stored = await store(index(), sampleBackup({ syncFactor: moving }))
    const moved = await replace(index(), stored, withoutSyncFactor(stored.backup, moving.id).withMainFactor(moving))
    expect(await index().findByFactor(reference('SYNC', moving.credential))).to.equal(undefined)
    await expectAllLeadTo(index(), moved.backup)
  })
}

async function expectAllLeadTo(index: BackupIndex, backup: Backup): Promise<void> {
  for (const row of backup.factorReferences()) expect(await index.findByFactor(row)).to.equal(backup.id)
}

function reference(scope: FactorScope, credential: Credential): FactorReference {
  return { scope, credential: credentialReference(credential) }
}

function withoutSyncFactor(backup: Backup, factorId: Backup['state']['syncFactors'][number]['id']): Backup {
  const remaining = backup.withoutFactor({ scope: 'SYNC', factorId })
  if (remaining === undefined) throw new Error('only the last main factor takes the backup with it')
  return remaining
}

function withSyncFactors(backup: Backup, count: number): Backup {
  return Array.from({ length: count }, () => sampleFactor(sampleEcKeypair())).reduce(
    (grown, factor) => grown.withSyncFactor(factor),
    backup,
  )
}

function withKeys(backup: Backup, keys: Backup['state']['keys']): Backup {
  return Backup.restore({ ...backup.state, keys: [...backup.state.keys, ...keys] })
}
