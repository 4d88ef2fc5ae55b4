import { expect } from 'chai'
import type {
  BackupIndex,
  Commit,
  CommitOutcome,
  Consumption,
  StoredBackup,
} from '../../application/ports/backup-index.ts'
import { Backup } from '../../domain/backup.ts'
import { sampleBackup, sampleEcKeypair, sampleFactor, samplePasskey, synced } from '../support/sample-backups.ts'
import {
  creation,
  deletion,
  mustCommit,
  replace,
  replacement,
  sampleCommit,
  sampleConsumption,
  store,
} from '../support/sample-commits.ts'

/** What there is before a commit is refused. */
interface Scene {
  readonly mine: StoredBackup
  /** `mine` before its last change. */
  readonly outdated: StoredBackup
  /** Another backup. */
  readonly other: StoredBackup
  /** Deleted, and nothing came in its place. */
  readonly deleted: StoredBackup
  /** Deleted, before `anew` was created under its id with its factors. */
  readonly former: StoredBackup
  readonly anew: StoredBackup
  readonly used: Consumption
}

type Refusal = readonly [outcome: CommitOutcome, what: string, commit: (scene: Scene) => Commit]

const REFUSALS: readonly Refusal[] = [
  ['backup-exists', 'creating under a taken id', ({ other }) => creation(sampleBackup({ id: other.backup.id }))],
  ['backup-exists', 'creating the same backup by another commit', ({ other }) => creation(other.backup)],
  ['factor-taken', "creating with another's main factor", ({ other }) => creation(sampleBackup(mainFactorOf(other)))],
  ['factor-taken', "creating with another's sync factor", ({ other }) => creation(sampleBackup(syncFactorOf(other)))],
  ['already-consumed', 'creating by what was used', ({ used }) => creation(sampleBackup(), { consume: [used] })],

  ['stale', 'changing what has moved on', ({ outdated }) => change(outdated)],
  ['stale', 'changing what never was', () => change(unknown())],
  ['stale', 'changing what was deleted', ({ deleted }) => change(deleted)],
  ['stale', 'changing what was deleted and created anew', ({ former }) => change(former)],
  ['factor-taken', "adding another's main factor", ({ mine, other }) => replacement(mine, withMainFactor(mine, other))],
  ['factor-taken', "adding another's sync factor", ({ mine, other }) => replacement(mine, withSyncFactor(mine, other))],
  ['factor-taken', "taking another's factors instead", ({ mine, other }) => replacement(mine, disguised(mine, other))],
  [
    'already-consumed',
    'changing by what was used',
    ({ mine, used }) => replacement(mine, grown(mine), { consume: [used] }),
  ],

  ['stale', 'deleting what has moved on', ({ outdated }) => deletion(outdated)],
  ['stale', 'deleting what never was', () => deletion(unknown())],
  ['stale', 'deleting what was deleted', ({ deleted }) => deletion(deleted)],
  ['stale', 'deleting what was deleted and created anew', ({ former }) => deletion(former)],
  ['already-consumed', 'deleting by what was used', ({ mine, used }) => deletion(mine, { consume: [used] })],

  ['already-consumed', 'consuming what was used', ({ used }) => sampleCommit({ consume: [used] })],
  [
    'already-consumed',
    'consuming what was used, then more',
    ({ used }) => sampleCommit({ consume: [used, sampleConsumption()] }),
  ],
  [
    'already-consumed',
    'consuming more, then what was used',
    ({ used }) => sampleCommit({ consume: [sampleConsumption(), used] }),
  ],

  [
    'backup-exists',
    "creating under a taken id, with another's factor, by what was used",
    ({ mine, other, used }) =>
      creation(sampleBackup({ id: mine.backup.id, ...mainFactorOf(other) }), { consume: [used] }),
  ],
  [
    'stale',
    "changing what has moved on, with another's factor, by what was used",
    ({ outdated, other, used }) => replacement(outdated, withSyncFactor(outdated, other), { consume: [used] }),
  ],
  [
    'stale',
    'deleting what has moved on, by what was used',
    ({ outdated, used }) => deletion(outdated, { consume: [used] }),
  ],
  [
    'factor-taken',
    "creating with another's factor by what was used",
    ({ other, used }) => creation(sampleBackup(syncFactorOf(other)), { consume: [used] }),
  ],
  [
    'factor-taken',
    "adding another's factor by what was used",
    ({ mine, other, used }) => replacement(mine, withMainFactor(mine, other), { consume: [used] }),
  ],
]

/** All or nothing: what is refused leaves no trace, whatever part of it could have been done. */
export function describeRefusals(index: () => BackupIndex): void {
  for (const [outcome, what, commitIn] of REFUSALS) {
    it(`refuses ${what} as ${outcome} and changes nothing`, async () => {
      const scene = await arrange(index())
      const commit = commitIn(scene)
      const before = await observe(index(), scene, commit)

      expect(await index().commit(commit)).to.equal(outcome)

      expect(await observe(index(), scene, commit)).to.deep.equal(before)
      const unused = commit.consume.filter(({ key }) => key !== scene.used.key)
      for (const consumption of unused) {
        expect(await index().commit(sampleCommit({ consume: [consumption] }))).to.equal('committed')
      }
    })
  }

  it('refuses again what it refused before', async () => {
    const { used } = await arrange(index())
    const commit = creation(sampleBackup(), { consume: [used] })
    expect(await index().commit(commit)).to.equal('already-consumed')
    expect(await index().commit(commit)).to.equal('already-consumed')
  })

  it('accepts what it refused once nothing stands against it', async () => {
    const { other } = await arrange(index())
    const commit = creation(sampleBackup(mainFactorOf(other)))
    expect(await index().commit(commit)).to.equal('factor-taken')
    await mustCommit(index(), deletion(other))
    expect(await index().commit(commit)).to.equal('committed')
  })
}

async function arrange(index: BackupIndex): Promise<Scene> {
  const used = sampleConsumption()
  await mustCommit(index, sampleCommit({ consume: [used] }))
  const outdated = await store(index, sampleBackup())
  const mine = await replace(index, outdated, synced(outdated.backup))
  const [other, deleted, former] = [
    await store(index, sampleBackup()),
    await store(index, sampleBackup()),
    await store(index, sampleBackup()),
  ]
  await mustCommit(index, deletion(deleted))
  await mustCommit(index, deletion(former))
  const anew = await store(
    index,
    sampleBackup({ id: former.backup.id, ...mainFactorOf(former), ...syncFactorOf(former) }),
  )
  return { mine, outdated, other, deleted, former, anew, used }
}

/** Every backup and every row that the commit could have touched. */
async function observe(index: BackupIndex, scene: Scene, { change }: Commit): Promise<unknown> {
  const { mine, other, deleted, anew } = scene
  const backups = [mine, other, deleted, anew].map(({ backup }) => backup)
  if (change !== undefined && change.kind !== 'create') backups.push(change.before.backup)
  if (change !== undefined && change.kind !== 'delete') backups.push(change.after)
  const loaded = await Promise.all(backups.map(({ id }) => index.load(id)))
  const rows = backups.flatMap((backup) => backup.factorReferences())
  return {
    backups: loaded.map((stored) => stored && { state: stored.backup.state, revision: stored.revision }),
    owners: await Promise.all(rows.map((row) => index.findByFactor(row))),
  }
}

function unknown(): StoredBackup {
  return { backup: sampleBackup(), revision: sampleCommit().id }
}

function mainFactorOf({ backup }: StoredBackup) {
  return { mainFactor: backup.state.mainFactors[0]! }
}

function syncFactorOf({ backup }: StoredBackup) {
  return { syncFactor: backup.state.syncFactors[0]! }
}

function change(stored: StoredBackup): Commit {
  return replacement(stored, grown(stored))
}

/** With factors of its own that nobody else has. */
function grown({ backup }: StoredBackup): Backup {
  return synced(backup).withMainFactor(sampleFactor(samplePasskey())).withSyncFactor(sampleFactor(sampleEcKeypair()))
}

function withMainFactor(stored: StoredBackup, other: StoredBackup): Backup {
  return grown(stored).withMainFactor(mainFactorOf(other).mainFactor)
}

function withSyncFactor(stored: StoredBackup, other: StoredBackup): Backup {
  return grown(stored).withSyncFactor(syncFactorOf(other).syncFactor)
}

function disguised({ backup }: StoredBackup, { backup: { state } }: StoredBackup): Backup {
  return Backup.restore({ ...backup.state, mainFactors: state.mainFactors, syncFactors: state.syncFactors })
}
