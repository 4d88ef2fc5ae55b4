import { expect } from 'chai'
import type { BackupIndex, Commit, StoredBackup } from '../../application/ports/backup-index.ts'
import type { Backup } from '../../domain/backup.ts'
import {
  sampleBackup,
  sampleDeletion,
  sampleEcKeypair,
  sampleFactor,
  samplePasskey,
  synced,
} from '../support/sample-backups.ts'
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

/** A commit to be made twice. */
interface Beginning {
  readonly commit: Commit
  /** The backup to watch: as the commit leaves it, or as it was if the commit deletes it. */
  readonly backup: Backup
  /** Undefined where there is no backup any more once the commit is made. */
  readonly revision: string | undefined
}

type Begin = (index: BackupIndex) => Promise<Beginning>
type Continue = (index: BackupIndex, current: StoredBackup) => Promise<unknown>

const BEGINNINGS: readonly (readonly [what: string, begin: Begin])[] = [
  [
    'a creation',
    async () => {
      const [backup, consume] = [sampleBackup(), [sampleConsumption(), sampleConsumption()] as const]
      const commit = creation(backup, { consume })
      return { commit, backup, revision: commit.id }
    },
  ],
  [
    'a sync',
    async (index) => {
      const stored = await store(index, sampleBackup())
      const backup = synced(stored.backup)
      const commit = replacement(stored, backup)
      return { commit, backup, revision: commit.id }
    },
  ],
  [
    'a change of factors',
    async (index) => {
      const stored = await store(index, sampleBackup())
      const backup = stored.backup
        .withMainFactor(sampleFactor(samplePasskey()))
        .withSyncFactor(sampleFactor(sampleEcKeypair()))
      const commit = replacement(stored, backup)
      return { commit, backup, revision: commit.id }
    },
  ],
  [
    'a deletion that can be undone',
    async (index) => {
      const stored = await store(index, sampleBackup())
      const backup = stored.backup.deleted(sampleDeletion())
      const commit = replacement(stored, backup)
      return { commit, backup, revision: commit.id }
    },
  ],
  [
    'a deletion',
    async (index) => {
      const stored = await store(index, sampleBackup())
      return { commit: deletion(stored), backup: stored.backup, revision: undefined }
    },
  ],
  [
    'a mere consumption',
    async (index) => {
      const { backup, revision } = await store(index, sampleBackup())
      return { commit: sampleCommit({ consume: [sampleConsumption(), sampleConsumption()] }), backup, revision }
    },
  ],
]

const CONTINUATIONS: readonly (readonly [when: string, goOn: Continue])[] = [
  ['when the backup was synced since', (index, current) => replace(index, current, synced(current.backup))],
  ['when the backup was deleted since', (index, current) => mustCommit(index, deletion(current))],
  [
    'when the backup was deleted and created anew since',
    async (index, current) => {
      await mustCommit(index, deletion(current))
      await store(index, sampleBackup({ id: current.backup.id, ...firstFactors(current.backup) }))
    },
  ],
  [
    "when another backup has this one's factors since",
    async (index, current) => {
      await mustCommit(index, deletion(current))
      await store(index, sampleBackup(firstFactors(current.backup)))
    },
  ],
]

/** An unknown outcome is settled by asking again, however late and whatever happened meanwhile. */
export function describeRepetition(index: () => BackupIndex): void {
  for (const [what, begin] of BEGINNINGS) {
    it(`repeats ${what} to no effect`, async () => {
      const { commit, backup } = await begin(index())
      await mustCommit(index(), commit)
      const before = await observe(index(), backup)
      expect(await index().commit(commit)).to.equal('committed')
      expect(await observe(index(), backup)).to.deep.equal(before)
    })

    for (const [when, goOn] of CONTINUATIONS) {
      it(`repeats ${what} to no effect ${when}`, async () => {
        const { commit, backup, revision } = await begin(index())
        await mustCommit(index(), commit)
        await goOn(index(), revision === undefined ? await store(index(), backup) : { backup, revision })
        const before = await observe(index(), backup)
        expect(await index().commit(commit)).to.equal('committed')
        expect(await observe(index(), backup)).to.deep.equal(before)
      })
    }

    it(`does ${what} once when it is asked for several times at once`, async () => {
      const { commit, backup, revision } = await begin(index())
      const outcomes = await Promise.all([1, 2, 3].map(() => index().commit(commit)))
      expect(outcomes).to.deep.equal(['committed', 'committed', 'committed'])
      expect((await index().load(backup.id))?.revision).to.equal(revision)
    })

    it(`does not take ${what} of another commit for a repetition`, async () => {
      const { commit, backup } = await begin(index())
      await mustCommit(index(), commit)
      const before = await observe(index(), backup)
      expect(await index().commit({ ...commit, id: sampleCommit().id })).to.not.equal('committed')
      expect(await observe(index(), backup)).to.deep.equal(before)
    })
  }

  it('knows a repetition that comes as an equal, not the same, object', async () => {
    const commit = creation(sampleBackup())
    await mustCommit(index(), commit)
    const [consumption] = commit.consume
    const equal = { ...commit, consume: [{ ...consumption }] as const }
    expect(await index().commit(equal)).to.equal('committed')
  })

  it('knows a repetition until the last second before its consumption expires', async () => {
    const commit = creation(sampleBackup())
    const last = commit.consume[0].expiresAt - 1
    await mustCommit(index(), commit)
    await mustCommit(index(), sampleCommit({ at: last }))
    expect(await index().commit(commit)).to.equal('committed')
  })
}

async function observe(index: BackupIndex, backup: Backup): Promise<unknown> {
  const stored = await index.load(backup.id)
  return {
    stored: stored && { state: stored.backup.state, revision: stored.revision },
    owners: await Promise.all(backup.factorReferences().map((row) => index.findByFactor(row))),
  }
}

function firstFactors({ state }: Backup) {
  return { mainFactor: state.mainFactors[0]!, syncFactor: state.syncFactors[0]! }
}
