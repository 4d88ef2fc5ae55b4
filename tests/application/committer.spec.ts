import { expect } from 'chai'
import { NodeRandom } from '../../adapters/crypto/node-random.ts'
import { Committer, type ProposedChange } from '../../application/committer.ts'
import type { BackupIndex, StoredBackup } from '../../application/ports/backup-index.ts'
import { unixSeconds } from '../../application/ports/clock.ts'
import type { Backup } from '../../domain/backup.ts'
import { DomainError } from '../../domain/domain-error.ts'
import type { FactorId } from '../../domain/factor.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { refusalOf } from '../support/refusal.ts'
import { sampleBackup, sampleEcKeypair, sampleFactor } from '../support/sample-backups.ts'
import { replace, sampleConsumption, store } from '../support/sample-commits.ts'
import { InterleavedBackupIndex } from './support/interleaved-backup-index.ts'

/** Jitter at half of what it may be, each time. */
class HalfRandom extends NodeRandom {
  override fraction(): number {
    return 0.5
  }
}

class RecordingClock extends ManualClock {
  readonly pauses: number[] = []

  override async sleep(milliseconds: number): Promise<void> {
    this.pauses.push(milliseconds)
    await super.sleep(milliseconds)
  }
}

describe('Committer', () => {
  let index: InterleavedBackupIndex
  let clock: RecordingClock
  let committer: Committer
  let stored: StoredBackup

  beforeEach(async () => {
    index = new InterleavedBackupIndex()
    clock = new RecordingClock()
    committer = new Committer(index, clock, new HalfRandom())
    stored = await store(index, sampleBackup())
    index.attempts.length = 0
  })

  function proposal<After extends Backup | undefined>(decide: (backup: Backup) => After): ProposedChange<After> {
    const whenGone = () => new DomainError('backup_missing', 'gone')
    return { stored, consume: [sampleConsumption({ expiresAt: unixSeconds(clock) + 60 })], decide, whenGone }
  }

  const withSyncFactor = (backup: Backup): Backup => backup.withSyncFactor(sampleFactor(sampleEcKeypair()))

  /** Another writer, each time. */
  async function changeByOthers(): Promise<void> {
    const current = await index.load(stored.backup.id)
    await replace(index, current!, withSyncFactor(current!.backup))
  }

  /** Another instance's deletion. */
  async function deleteByOthers(): Promise<void> {
    await new Committer(index, clock, new NodeRandom()).change(proposal(() => undefined))
  }

  it('commits what was decided, and tells from which state to which', async () => {
    const { before, after } = await committer.change(proposal(withSyncFactor))
    expect(before).to.equal(stored.backup)
    const now = await index.load(stored.backup.id)
    expect(now?.backup).to.equal(after)
    expect(now?.revision).to.equal(index.attempts[0]?.id)
  })

  it('deletes what nothing is left of', async () => {
    const { before, after } = await committer.change(proposal(() => undefined))
    expect([before, after]).to.deep.equal([stored.backup, undefined])
    expect(await index.load(stored.backup.id)).to.equal(undefined)
  })

  it('only consumes where nothing changes', async () => {
    const change = proposal((backup) => backup)
    await committer.change(change)
    expect(index.attempts).to.have.lengthOf(1)
    expect(index.attempts[0]).to.have.all.keys('id', 'at', 'consume')
    expect(index.attempts[0]).to.deep.include({ at: unixSeconds(clock), consume: change.consume })
    expect(await refusalOf(committer.change(change))).to.equal('already_used')
  })

  it('commits nothing where the decision is a refusal', async () => {
    const refusal = new DomainError('factor_not_found', 'no')
    const change = proposal(() => {
      throw refusal
    })
    expect(await refusalOf(committer.change(change))).to.equal('factor_not_found')
    expect(index.attempts).to.deep.equal([])
  })

  it('decides again on the newer state, in a commit of its own, with the same consumptions', async () => {
    const seen: Backup[] = []
    index.beforeNextCommits(changeByOthers)
    const { before } = await committer.change(
      proposal((backup) => {
        seen.push(backup)
        return withSyncFactor(backup)
      }),
    )
    expect(seen).to.have.lengthOf(2)
    expect(seen[0]).to.equal(stored.backup)
    expect(seen[1]).to.equal(before)
    expect(before.state.syncFactors).to.have.lengthOf(2)
    const [first, second] = index.attempts
    expect(first?.id).to.not.equal(second?.id)
    expect(first?.consume).to.deep.equal(second?.consume)
  })

  it('pauses after each lost race, twice as long each time, with jitter', async () => {
    index.beforeNextCommits(changeByOthers, changeByOthers, changeByOthers)
    await committer.change(proposal(withSyncFactor))
    expect(clock.pauses).to.deep.equal([5, 10, 20])
  })

  it('pauses before each repetition, twice as long each time, with jitter', async () => {
    index.failNextCommits('before the effect', 'before the effect')
    await committer.change(proposal(withSyncFactor))
    expect(clock.pauses).to.deep.equal([5, 10])
  })

  it('gives up after eight lost races', async () => {
    index.beforeNextCommits(...Array<() => Promise<void>>(8).fill(changeByOthers))
    expect(await refusalOf(committer.change(proposal(withSyncFactor)))).to.equal('conflict')
    expect(index.attempts).to.have.lengthOf(8)
  })

  it('answers as it was told to when the backup is gone', async () => {
    index.beforeNextCommits(deleteByOthers)
    expect(await refusalOf(committer.change(proposal(withSyncFactor)))).to.equal('backup_missing')
  })

  it('answers as it was told to when there is another backup of the same id', async () => {
    index.beforeNextCommits(async () => {
      await deleteByOthers()
      await store(index, sampleBackup({ id: stored.backup.id }))
    })
    expect(await refusalOf(committer.change(proposal(withSyncFactor)))).to.equal('backup_missing')
  })

  it('does not hide a fault of the index', async () => {
    const fault = new Error('a fault')
    index.beforeNextCommits(() => Promise.reject(fault))
    const reason: unknown = await committer.change(proposal(withSyncFactor)).catch((error: unknown) => error)
    expect(reason).to.equal(fault)
  })

  const requests: readonly (readonly [string, (consume: ProposedChange<Backup>['consume']) => Promise<unknown>])[] = [
    ['a change', (consume) => committer.change({ ...proposal(withSyncFactor), consume })],
    ['a creation', (consume) => committer.create(sampleBackup(), consume)],
  ]
  for (const [what, send] of requests) {
    it(`refuses ${what} that one proof stands for twice, without asking the index`, async () => {
      const consumption = sampleConsumption()
      expect(await refusalOf(send([consumption, { ...consumption }]))).to.equal('already_used')
      expect(index.attempts).to.deep.equal([])
    })

    it(`is unavailable after three failures of ${what}`, async () => {
      index.failNextCommits('before the effect', 'before the effect', 'before the effect')
      expect(await refusalOf(send([sampleConsumption()]))).to.equal('unavailable')
      expect(index.attempts.map(({ id }) => id)).to.deep.equal(Array<string>(3).fill(index.attempts[0]!.id))
    })

    it(`tells a used proof of ${what}`, async () => {
      const consume = [sampleConsumption({ expiresAt: unixSeconds(clock) + 60 })] as const
      await send(consume)
      const again = proposal((backup) => backup)
      expect(await refusalOf(committer.change({ ...again, consume }))).to.equal('already_used')
    })
  }

  it('tells a taken id, and a taken factor', async () => {
    const consume = [sampleConsumption()] as const
    const sameId = sampleBackup({ id: stored.backup.id })
    expect(await refusalOf(committer.create(sameId, consume))).to.equal('backup_account_id_already_exists')
    const sameFactor = sampleBackup({ mainFactor: stored.backup.state.mainFactors[0]! })
    expect(await refusalOf(committer.create(sameFactor, consume))).to.equal('factor_already_exists')
    const added = proposal((backup) => backup.withSyncFactor(sampleBackup().state.syncFactors[0]!))
    const other = await store(index, sampleBackup())
    const taken = proposal((backup) => backup.withSyncFactor(other.backup.state.syncFactors[0]!))
    expect(await refusalOf(committer.change(taken))).to.equal('factor_already_exists')
    expect(await refusalOf(committer.change(added))).to.equal(undefined)
  })

  it('uses up a proof with the state that its authority leads to', async () => {
    const requireFactor = (): FactorId => stored.backup.state.mainFactors[0]!.id
    const change = proposal(withSyncFactor)
    await committer.use({ ...change, requireFactor, authorize: withSyncFactor })
    expect((await index.load(stored.backup.id))?.backup.state.syncFactors).to.have.lengthOf(2)
    await committer.use({ ...proposal(withSyncFactor), requireFactor, authorize: (backup) => backup })
    expect(index.attempts.at(-1)).to.not.have.property('change')
  })

  it('knows an index by its port alone', async () => {
    const port: BackupIndex = index
    const backup = sampleBackup()
    await new Committer(port, clock, new NodeRandom()).create(backup, [sampleConsumption()])
    expect((await port.load(backup.id))?.backup).to.equal(backup)
  })
})
