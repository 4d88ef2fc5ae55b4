import { expect } from 'chai'
import { DomainError } from '../../domain/domain-error.ts'
import type { Backup } from '../../domain/backup.ts'
import { backup, backupState, manifestHash, sealedBlob } from './support/backups.ts'
import { expectRefusal } from './support/refusals.ts'

/** Syncs from state 1 to state `last`, one by one, with blob n for state n. */
function syncedTo(last: number, history: number): Backup {
  let synced = backup()
  for (let n = 2; n <= last; n++) synced = sync(synced, n, history)
  return synced
}

function sync(from: Backup, n: number, history: number): Backup {
  return from.withContent({
    base: sealedBlob(n - 1),
    from: manifestHash(n - 1),
    to: manifestHash(n),
    blob: sealedBlob(n),
    history,
  })
}

describe('Backup.requireManifestHash', () => {
  it('lets the state it is in pass', () => {
    expect(() => backup({ manifestHash: manifestHash(5) }).requireManifestHash(manifestHash(5))).not.to.throw()
  })

  const others = [
    ['an earlier state', 4],
    ['a later state', 6],
  ] as const
  for (const [label, n] of others) {
    it(`refuses ${label}`, () => {
      expectRefusal(
        () => backup({ manifestHash: manifestHash(5) }).requireManifestHash(manifestHash(n)),
        'manifest_hash_mismatch',
      )
    })
  }

  it('tells the state that the backup is in, so that the client can go on from there', () => {
    expect(() => backup({ manifestHash: manifestHash(5) }).requireManifestHash(manifestHash(4)))
      .to.throw(DomainError)
      .with.deep.property('details', { currentManifestHash: manifestHash(5) })
  })
})

describe('Backup.withContent', () => {
  it('moves hash and blob on together and changes nothing else', () => {
    expect(syncedTo(2, 1).state).to.deep.equal(
      backupState({ manifestHash: manifestHash(2), blob: sealedBlob(2), supersededBlobs: [sealedBlob(1)] }),
    )
  })

  const histories = [
    { history: 0, syncs: 1, kept: [] },
    { history: 0, syncs: 4, kept: [] },
    { history: 1, syncs: 1, kept: [1] },
    { history: 1, syncs: 2, kept: [2] },
    { history: 1, syncs: 5, kept: [5] },
    { history: 3, syncs: 1, kept: [1] },
    { history: 3, syncs: 2, kept: [2, 1] },
    { history: 3, syncs: 3, kept: [3, 2, 1] },
    { history: 3, syncs: 4, kept: [4, 3, 2] },
    { history: 3, syncs: 6, kept: [6, 5, 4] },
  ] as const
  for (const { history, syncs, kept } of histories) {
    it(`keeps ${kept.length} superseded after ${syncs} syncs with a history of ${history}`, () => {
      const { state } = syncedTo(syncs + 1, history)
      expect(state.blob).to.deep.equal(sealedBlob(syncs + 1))
      expect(state.supersededBlobs).to.deep.equal(kept.map(sealedBlob))
    })
  }

  const changes = [
    ['drops the oldest when the history is cut to 1', 1, [4]],
    ['drops all when the history is cut to 0', 0, []],
    ['keeps what there is when the history grows', 9, [4, 3, 2, 1]],
  ] as const
  for (const [behaviour, history, kept] of changes) {
    it(behaviour, () => {
      expect(sync(syncedTo(4, 3), 5, history).state.supersededBlobs).to.deep.equal(kept.map(sealedBlob))
    })
  }

  const again = { base: sealedBlob(1), from: manifestHash(1), to: manifestHash(1), blob: sealedBlob(2), history: 1 }

  it('takes new bytes for the same state', () => {
    expect(backup().withContent(again).state).to.deep.equal(
      backupState({ blob: sealedBlob(2), supersededBlobs: [sealedBlob(1)] }),
    )
  })

  it('lets one of two syncs from the same state win', () => {
    expectRefusal(() => sync(sync(backup(), 2, 1), 2, 1), 'manifest_hash_mismatch')
  })

  it('lets one of two syncs win that lead to the state they start from', () => {
    const rival = { ...again, blob: sealedBlob(3) }
    expectRefusal(() => backup().withContent(again).withContent(rival), 'manifest_hash_mismatch')
  })

  it('refuses a sync from a state that was left and reached again with other bytes', () => {
    const back = { base: sealedBlob(2), from: manifestHash(2), to: manifestHash(1), blob: sealedBlob(3), history: 1 }
    const late = { ...again, to: manifestHash(4), blob: sealedBlob(4) }
    expectRefusal(() => syncedTo(2, 1).withContent(back).withContent(late), 'manifest_hash_mismatch')
  })

  // Synced to state 2 with a history of 1: hash 2, blob 2, superseded blob 1.
  const mismatches = [
    ['a state it was in before', 1, 1],
    ['a state it was in before, with the bytes of now', 1, 2],
    ['a state it was never in', 9, 2],
    ['the state of now, with the bytes before it', 2, 1],
    ['the state of now, with bytes it never had', 2, 9],
  ] as const
  for (const [label, from, base] of mismatches) {
    for (const to of [2, 3]) {
      it(`refuses to start from ${label}${to === 2 ? ', even to lead where it is' : ''}`, () => {
        const change = { from: manifestHash(from), to: manifestHash(to), blob: sealedBlob(3), history: 1 }
        expectRefusal(() => syncedTo(2, 1).withContent({ ...change, base: sealedBlob(base) }), 'manifest_hash_mismatch')
      })
    }
  }
})
