import { expect } from 'chai'
import fc from 'fast-check'
import type { BackupIndex, StoredBackup } from '../../application/ports/backup-index.ts'
import type { Backup } from '../../domain/backup.ts'
import type { Credential } from '../../domain/credential.ts'
import type { FactorRemoval } from '../../domain/deletable.ts'
import { DomainError } from '../../domain/domain-error.ts'
import type { FactorScope } from '../../domain/factor.ts'
import {
  sampleBackup,
  sampleBackupId,
  sampleDeletion,
  sampleEcKeypair,
  sampleFactor,
  sampleICloudKey,
  samplePasskey,
  samplePrfKey,
  SAMPLE_TIME,
  synced,
} from '../support/sample-backups.ts'
import { creation, deletion, mustCommit, replace, store } from '../support/sample-commits.ts'

/** What can be undone keeps its id and its rows to itself until it is final. */
export function describeDeletions(index: () => BackupIndex): void {
  for (const scope of ['MAIN', 'SYNC'] as const) {
    it(`reserves a removed factor of scope ${scope}`, async () => {
      const { backup } = await storeAndRemove(index(), scope)
      await expectReserved(index(), backup)
      const { factor } = backup.state.removedFactors[0]!
      const heir = sampleBackup(scope === 'MAIN' ? { mainFactor: factor } : { syncFactor: keypairOf(backup) })
      expect(await index().commit(creation(heir))).to.equal('factor-taken')
    })

    it(`frees a removed factor of scope ${scope} once that is final`, async () => {
      const removed = await storeAndRemove(index(), scope)
      const before = removed.backup.factorReferences()
      const { backup } = await replace(index(), removed, removed.backup.withoutFinalDeletions(SAMPLE_TIME + 3600)!)
      await expectReserved(index(), backup)
      for (const row of before.filter(({ credential }) => !rowsOf(backup).includes(credential))) {
        expect(await index().findByFactor(row)).to.equal(undefined)
      }
      expect(before).to.have.length(backup.factorReferences().length + 1)
    })

    it(`gives back a removed factor of scope ${scope}, without the one that removed it`, async () => {
      const removed = await storeAndRemove(index(), scope)
      const { backup } = await replace(index(), removed, removed.backup.undeleted(SAMPLE_TIME)!)
      await expectReserved(index(), backup)
      for (const row of removed.backup.factorReferences()) {
        expect(await index().findByFactor(row)).to.equal(
          rowsOf(backup).includes(row.credential) ? backup.id : undefined,
        )
      }
      expect(backup.factorReferences()).to.have.length(removed.backup.factorReferences().length - 1)
    })

    it(`takes a removed factor of scope ${scope} back as a new one`, async () => {
      const removed = await storeAndRemove(index(), scope)
      const { credential } = removed.backup.state.removedFactors[0]!.factor
      const { backup } = await replace(
        index(),
        removed,
        credential.kind === 'EC_KEYPAIR'
          ? removed.backup.withSyncFactor(sampleFactor(credential))
          : removed.backup.withMainFactor(sampleFactor(credential)),
      )
      expect(backup.state.removedFactors).to.deep.equal([])
      await expectReserved(index(), backup)
    })
  }

  it('lets a removed sync factor come back as a main factor', async () => {
    const removed = await storeAndRemove(index(), 'SYNC')
    const [freed] = removed.backup.factorReferences().slice(-1)
    const { backup } = await replace(
      index(),
      removed,
      removed.backup.withMainFactor(sampleFactor(keypairOf(removed.backup).credential)),
    )
    await expectReserved(index(), backup)
    expect(await index().findByFactor(freed!)).to.equal(undefined)
  })

  it('keeps removed factors through a sync, and through a change of the others', async () => {
    const removed = await storeAndRemove(index(), 'MAIN')
    const moved = await replace(index(), removed, synced(removed.backup))
    await expectReserved(index(), moved.backup)
    const grown = moved.backup
      .withSyncFactor(sampleFactor(sampleEcKeypair()))
      .withMainFactor(sampleFactor(samplePasskey()))
    await expectReserved(index(), (await replace(index(), moved, grown)).backup)
  })

  it('keeps the order of removed factors when the first one is final', async () => {
    const stored = await store(index(), ofMany())
    const [first, ...others] = stored.backup.state.syncFactors
    const removed = others
      .slice(1)
      .reduce(
        (left, { id }) => left.withoutFactor({ scope: 'SYNC', factorId: id }, sampleDeletion())!,
        stored.backup.withoutFactor({ scope: 'SYNC', factorId: first!.id }, sampleDeletion({ recoverableUntil: 1 }))!,
      )
    const shrunk = await replace(index(), await replace(index(), stored, removed), removed.withoutFinalDeletions(1)!)
    expect(shrunk.backup.state.removedFactors).to.have.length(3)
    await expectReserved(index(), shrunk.backup)
  })

  it('keeps up with any history of removals, returns and undeletions', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.constantFrom(...STEPS), fc.nat({ max: 9 })), { minLength: 8 }), (steps) =>
        expectKept(index(), steps),
      ),
      { numRuns: 15 },
    )
  })

  it('reserves the id and the factors of a deleted backup', async () => {
    const stored = await store(index(), sampleBackup())
    const { backup } = await replace(index(), stored, stored.backup.deleted(sampleDeletion()))
    await expectReserved(index(), backup)
    expect(await index().commit(creation(sampleBackup({ id: backup.id })))).to.equal('backup-exists')
    const mainFactor = backup.state.mainFactors[0]!
    expect(await index().commit(creation(sampleBackup({ mainFactor })))).to.equal('factor-taken')
  })

  it('undoes the deletion of a backup', async () => {
    const stored = await store(index(), sampleBackup())
    const gone = await replace(index(), stored, stored.backup.deleted(sampleDeletion()))
    const { backup } = await replace(index(), gone, gone.backup.undeleted(SAMPLE_TIME)!)
    expect(backup.isDeleted).to.equal(false)
    await expectReserved(index(), backup)
  })

  it('forgets a deleted backup with its removed factors when that is final', async () => {
    const removed = await storeAndRemove(index(), 'MAIN')
    const gone = await replace(index(), removed, removed.backup.deleted(sampleDeletion()))
    await mustCommit(index(), deletion(gone))
    expect(await index().load(gone.backup.id)).to.equal(undefined)
    for (const row of gone.backup.factorReferences()) expect(await index().findByFactor(row)).to.equal(undefined)
    const heir = await store(
      index(),
      sampleBackup({ id: gone.backup.id, mainFactor: gone.backup.state.removedFactors[0]!.factor }),
    )
    await expectReserved(index(), heir.backup)
  })
}

type Step = (backup: Backup, n: number) => Backup | undefined

const STEPS: readonly Step[] = [
  (backup) => backup.withSyncFactor(sampleFactor(sampleEcKeypair())),
  (backup) => backup.withMainFactor(sampleFactor(samplePasskey()), samplePrfKey()),
  (backup) => backup.withMainFactor(sampleFactor(sampleEcKeypair())),
  (backup, n) => removed(backup, 'SYNC', n, {}),
  (backup, n) => removed(backup, 'MAIN', n, {}),
  (backup, n) => removed(backup, 'MAIN', n, { key: backup.state.keys[n % 2] }),
  (backup, n) => {
    const again = backup.state.removedFactors[n % Math.max(1, backup.state.removedFactors.length)]
    if (again === undefined) return backup
    return again.scope === 'SYNC'
      ? backup.withSyncFactor(sampleFactor(again.factor.credential))
      : backup.withMainFactor(sampleFactor(again.factor.credential))
  },
  (backup, n) => backup.undeleted(SAMPLE_TIME + n),
  (backup, n) => backup.withoutFinalDeletions(SAMPLE_TIME + n),
  (backup) => synced(backup),
]

/** By the first sync factor that there is, and final `n` seconds after the time of all samples. */
function removed(backup: Backup, scope: FactorScope, n: number, rest: Pick<FactorRemoval, 'key'>): Backup | undefined {
  const { mainFactors, syncFactors } = backup.state
  const factors = scope === 'MAIN' ? mainFactors : syncFactors
  const factorId = factors[n % Math.max(1, factors.length)]?.id
  const deletedBy = syncFactors[0] && { deletedBy: syncFactors[0].id }
  const by = sampleDeletion({ recoverableUntil: SAMPLE_TIME + n, ...deletedBy })
  return factorId && backup.withoutFactor({ scope, factorId, ...rest }, by)
}

/** After each step the index holds just that state, and no row of a factor that is no longer part of it. */
async function expectKept(index: BackupIndex, steps: readonly (readonly [Step, number])[]): Promise<void> {
  let stored = await store(index, ofMany())
  for (const [step, n] of steps) {
    const after = whatBecomes(stored.backup, step, n)
    if (after === undefined || after === stored.backup || after.isDeleted) continue
    const before = stored.backup.factorReferences()
    stored = await replace(index, stored, after)
    await expectReserved(index, after)
    const kept = after.factorReferences().map(({ scope, credential }) => `${scope} ${credential}`)
    for (const row of before.filter(({ scope, credential }) => !kept.includes(`${scope} ${credential}`))) {
      expect(await index.findByFactor(row)).to.equal(undefined)
    }
  }
}

/** @returns `undefined` where that is refused */
function whatBecomes(backup: Backup, step: Step, n: number): Backup | undefined {
  try {
    return step(backup, n)
  } catch (error) {
    if (error instanceof DomainError) return undefined
    throw error
  }
}

/** With a factor that its sync factor removed, and the key that went with it. */
async function storeAndRemove(index: BackupIndex, scope: FactorScope): Promise<StoredBackup> {
  const stored = await store(index, ofMany())
  const { mainFactors, syncFactors, keys } = stored.backup.state
  const deleted = sampleDeletion({ deletedBy: syncFactors[0]!.id })
  const removal =
    scope === 'MAIN' ? { scope, factorId: mainFactors[0]!.id, key: keys[0]! } : { scope, factorId: syncFactors[1]!.id }
  return replace(index, stored, stored.backup.withoutFactor(removal, deleted)!)
}

function ofMany(): Backup {
  const mainFactor = sampleFactor<Credential>(samplePasskey())
  return Array.from({ length: 4 }, () => sampleFactor(sampleEcKeypair())).reduce(
    (grown, factor) => grown.withSyncFactor(factor),
    sampleBackup({ id: sampleBackupId(), mainFactor }).withMainFactor(
      sampleFactor<Credential>(sampleEcKeypair()),
      sampleICloudKey(),
    ),
  )
}

function keypairOf({ state }: Backup) {
  const [removed] = state.removedFactors
  if (removed?.scope !== 'SYNC') throw new Error('the test expected a removed sync factor')
  return removed.factor
}

/** That the index holds exactly this, and that all of its factors lead to it, the removed ones too. */
async function expectReserved(index: BackupIndex, backup: Backup): Promise<void> {
  expect((await index.load(backup.id))?.backup.state).to.deep.equal(backup.state)
  for (const row of backup.factorReferences()) expect(await index.findByFactor(row)).to.equal(backup.id)
}

function rowsOf(backup: Backup): readonly string[] {
  return backup.factorReferences().map(({ credential }) => credential)
}
