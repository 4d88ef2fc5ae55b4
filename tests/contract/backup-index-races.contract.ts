import { expect } from 'chai'
import type { BackupIndex, Commit, CommitOutcome } from '../../application/ports/backup-index.ts'
import type { Backup } from '../../domain/backup.ts'
import { sampleBackup, sampleEcKeypair, sampleFactor, synced } from '../support/sample-backups.ts'
import {
  creation,
  deletion,
  replace,
  replacement,
  sampleCommit,
  sampleConsumption,
  store,
} from '../support/sample-commits.ts'

/** Of all that cannot be true together, one thing comes true. */
export function describeRaces(index: () => BackupIndex): void {
  it('lets one of 8 commits at once consume the same thing', async () => {
    const consume = [sampleConsumption()] as const
    const { losers } = await race(
      index(),
      times(8, () => sampleCommit({ consume })),
    )
    expect(losers).to.deep.equal(Array(7).fill('already-consumed'))
  })

  it('lets one of 8 backups be created by the same challenge', async () => {
    const [consume, backups] = [[sampleConsumption()] as const, times(8, () => sampleBackup())]
    const commits = backups.map((backup) => creation(backup, { consume }))
    const { winner, losers } = await race(index(), commits)
    expect(losers).to.deep.equal(Array(7).fill('already-consumed'))
    for (const [at, backup] of backups.entries()) {
      expect((await index().load(backup.id))?.revision).to.equal(commits[at] === winner ? winner.id : undefined)
      const owner = commits[at] === winner ? backup.id : undefined
      for (const row of backup.factorReferences()) expect(await index().findByFactor(row)).to.equal(owner)
    }
  })

  it('lets one of 5 creations at once have the id', async () => {
    const { id } = sampleBackup()
    const backups = times(5, () => sampleBackup({ id }))
    const { winner, losers } = await race(
      index(),
      backups.map((backup) => creation(backup)),
    )
    expect(losers).to.deep.equal(Array(4).fill('backup-exists'))
    await expectOnly(index(), backups, winner)
  })

  it('lets one of 5 creations at once have the factor', async () => {
    const syncFactor = sampleFactor(sampleEcKeypair())
    const backups = times(5, () => sampleBackup({ syncFactor }))
    const { winner, losers } = await race(
      index(),
      backups.map((backup) => creation(backup)),
    )
    expect(losers).to.deep.equal(Array(4).fill('factor-taken'))
    expect(await index().findByFactor(backups[0]!.factorReferences()[1]!)).to.equal(afterOf(winner)?.id)
  })

  it('lets one of 5 syncs from one state at once succeed', async () => {
    const stored = await store(index(), sampleBackup())
    const backups = times(5, () => synced(stored.backup))
    const { winner, losers } = await race(
      index(),
      backups.map((backup) => replacement(stored, backup)),
    )
    expect(losers).to.deep.equal(Array(4).fill('stale'))
    await expectOnly(index(), backups, winner)
  })

  it('lets one of 5 additions of different factors at once succeed', async () => {
    const stored = await store(index(), sampleBackup())
    const backups = times(5, () => stored.backup.withSyncFactor(sampleFactor(sampleEcKeypair())))
    const { winner, losers } = await race(
      index(),
      backups.map((backup) => replacement(stored, backup)),
    )
    expect(losers).to.deep.equal(Array(4).fill('stale'))
    await expectOnly(index(), backups, winner)
  })

  it('lets two backups add one factor at once: one of them', async () => {
    const [factor, one, two] = [
      sampleFactor(sampleEcKeypair()),
      await store(index(), sampleBackup()),
      await store(index(), sampleBackup()),
    ]
    const commits = [one, two].map((stored) => replacement(stored, stored.backup.withSyncFactor(factor)))
    const { winner, losers } = await race(index(), commits)
    expect(losers).to.deep.equal(['factor-taken'])
    expect(await index().findByFactor(afterOf(winner)!.factorReferences()[2]!)).to.equal(afterOf(winner)!.id)
  })

  it('lets either a sync or a deletion from one state succeed', async () => {
    const stored = await store(index(), sampleBackup())
    const { winner, losers } = await race(index(), [replacement(stored, synced(stored.backup)), deletion(stored)])
    expect(losers).to.deep.equal(['stale'])
    const revision = winner.change?.kind === 'delete' ? undefined : winner.id
    expect((await index().load(stored.backup.id))?.revision).to.equal(revision)
  })

  it('does all of many commits at once that have nothing to do with each other', async () => {
    const commits = times(100, () => creation(sampleBackup()))
    const outcomes = await Promise.all(commits.map((commit) => index().commit(commit)))
    expect(outcomes).to.deep.equal(Array(100).fill('committed'))
    const revisions = await Promise.all(
      commits.map(async (commit) => (await index().load(afterOf(commit)!.id))?.revision),
    )
    expect(revisions).to.deep.equal(commits.map(({ id }) => id))
  })

  it('never shows a mixture of two states', async () => {
    const states = new Map<string, unknown>()
    let stored = await store(index(), sampleBackup())
    const { id } = stored.backup
    states.set(stored.revision, stored.backup.state)
    for (let step = 0; step < 20; step += 1) {
      const commit = replacement(stored, synced(stored.backup).withSyncFactor(sampleFactor(sampleEcKeypair())))
      stored = { backup: afterOf(commit)!, revision: commit.id }
      states.set(stored.revision, stored.backup.state)
      const [seen] = await Promise.all([index().load(id), index().commit(commit), index().load(id)])
      expect(seen?.backup.state).to.deep.equal(states.get(seen?.revision ?? ''))
    }
  })

  it('shows what was acknowledged to every read that begins after it', async () => {
    let stored = await store(index(), sampleBackup())
    for (let step = 0; step < 10; step += 1) {
      stored = await replace(index(), stored, synced(stored.backup))
      expect((await index().load(stored.backup.id))?.revision).to.equal(stored.revision)
    }
  })
}

/** Commits all at once, of which one must be `committed`. */
async function race(
  index: BackupIndex,
  commits: readonly Commit[],
): Promise<{ readonly winner: Commit; readonly losers: readonly CommitOutcome[] }> {
  const outcomes = await Promise.all(commits.map((commit) => index.commit(commit)))
  const winners = commits.filter((_, at) => outcomes[at] === 'committed')
  expect(winners, outcomes.join()).to.have.length(1)
  return { winner: winners[0]!, losers: outcomes.filter((outcome) => outcome !== 'committed') }
}

/** These are versions of one backup; the index holds the winner's, and rows of its factors only. */
async function expectOnly(index: BackupIndex, versions: readonly Backup[], winner: Commit): Promise<void> {
  const kept = afterOf(winner)!
  const loaded = await index.load(kept.id)
  expect(loaded?.revision).to.equal(winner.id)
  expect(loaded?.backup.state).to.deep.equal(kept.state)
  const rows = new Set(kept.factorReferences().map(({ credential }) => credential))
  for (const row of versions.flatMap((backup) => backup.factorReferences())) {
    expect(await index.findByFactor(row)).to.equal(rows.has(row.credential) ? kept.id : undefined)
  }
}

function afterOf({ change }: Commit): Backup | undefined {
  return change === undefined || change.kind === 'delete' ? undefined : change.after
}

function times<Item>(count: number, make: () => Item): readonly Item[] {
  return Array.from({ length: count }, make)
}
