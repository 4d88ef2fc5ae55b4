import { expect } from 'chai'
import { Backup } from '../../domain/backup.ts'
import { credentialReference, type Credential } from '../../domain/credential.ts'
import type { FactorRemoval } from '../../domain/deletable.ts'
import type { Deletion, RemovedFactor } from '../../domain/deletion.ts'
import { DomainError } from '../../domain/domain-error.ts'
import type { FactorScope, SyncFactor } from '../../domain/factor.ts'
import { backup, backupState } from './support/backups.ts'
import { deepFreeze } from './support/deep-freeze.ts'
import { iCloudKey, prfKey, turnkeyKey } from './support/encrypted-keys.ts'
import { ecKeypair, factor, keypairFactors, oidcAccount, passkey } from './support/factors.ts'

const UNTIL = 2_000_000_000
const passkeyFactor = factor(1, passkey(1))
const accountFactor = factor(2, oidcAccount(2))
const [owners, thiefs, third] = [factor(4, ecKeypair(4)), factor(5, ecKeypair(5)), factor(6, ecKeypair(6))]
const state = {
  mainFactors: [passkeyFactor, accountFactor],
  syncFactors: [owners, thiefs, third],
  keys: [prfKey(), turnkeyKey()],
}
const byThief: Deletion = { deletedBy: thiefs.id, recoverableUntil: UNTIL }
const byOwner: Deletion = { deletedBy: owners.id, recoverableUntil: UNTIL }

describe('Backup, when a deletion can be undone', () => {
  it('keeps a removed main factor with its key, reserved but of no use', () => {
    const left = removed(backup(state), { scope: 'MAIN', factorId: passkeyFactor.id, key: prfKey() })
    const kept = { ...byThief, scope: 'MAIN', factor: passkeyFactor, key: prfKey() } as const
    expect(left.state).to.deep.equal(
      backupState({ ...state, mainFactors: [accountFactor], keys: [turnkeyKey()], removedFactors: [kept] }),
    )
    const reference = referenceOf('MAIN', passkeyFactor.credential)
    expect([left.has(reference), left.hasRemoved(reference), left.isDeleted]).to.deep.equal([false, true, false])
    expect(left.passkey(passkey(1).credentialId)).to.equal(undefined)
    expect(left.factorReferences()).to.have.deep.members(backup(state).factorReferences())
  })

  it('keeps a removed sync factor, and the order in which factors were removed', () => {
    const once = removed(backup(state), { scope: 'SYNC', factorId: third.id })
    const twice = removed(once, { scope: 'MAIN', factorId: accountFactor.id })
    expect(twice.state.removedFactors).to.deep.equal([
      { ...byThief, scope: 'SYNC', factor: third },
      { ...byThief, scope: 'MAIN', factor: accountFactor },
    ])
  })

  it('leaves the last main factor and its key in a backup that goes with it', () => {
    const one = backup({ ...state, mainFactors: [passkeyFactor] })
    const gone = removed(one, { scope: 'MAIN', factorId: passkeyFactor.id, key: prfKey() })
    expect(gone.state).to.deep.equal({ ...one.state, deletion: byThief })
    expect(gone.isDeleted).to.equal(true)
  })

  it('keeps everything of a backup that is deleted', () => {
    const gone = backup(state).deleted(byThief)
    expect(gone.state).to.deep.equal(backupState({ ...state, deletion: byThief }))
    expect(gone.factorReferences()).to.deep.equal(backup(state).factorReferences())
    expect(gone.blobs()).to.deep.equal(backup(state).blobs())
  })

  it('forgets removed factors too when a deletion is final at once', () => {
    const left = removed(backup(state), { scope: 'MAIN', factorId: passkeyFactor.id })
    expect(left.withoutFactor({ scope: 'MAIN', factorId: accountFactor.id })).to.equal(undefined)
  })

  describe('and a factor is added', () => {
    it('drops the removal of a sync factor that comes back', () => {
      const left = removed(backup(state), { scope: 'SYNC', factorId: third.id })
      const back = left.withSyncFactor(factor(60, ecKeypair(6)))
      expect(back.state.removedFactors).to.deep.equal([])
      expect(back.factorReferences()).to.have.length(5)
    })

    it('drops the removal of a main factor that comes back', () => {
      const left = removed(backup(state), { scope: 'MAIN', factorId: passkeyFactor.id, key: prfKey() })
      expect(left.withMainFactor(factor(10, passkey(1)), prfKey('new')).state.removedFactors).to.deep.equal([])
    })

    it('drops the removal of a factor that comes back in the other scope', () => {
      const left = removed(backup(state), { scope: 'SYNC', factorId: third.id })
      const back = left.withMainFactor(factor(60, ecKeypair(6)))
      expect(back.state.removedFactors).to.deep.equal([])
      expect(back.undeleted(0)).to.equal(back)
    })

    const full: readonly (readonly [FactorScope, number, (kept: Backup, added: SyncFactor) => Backup])[] = [
      ['MAIN', 10, (kept, added) => kept.withMainFactor(added)],
      ['SYNC', 25, (kept, added) => kept.withSyncFactor(added)],
    ]
    for (const [scope, limit, add] of full) {
      describe(`of scope ${scope}, when there are ${limit} with the removed ones`, () => {
        const [first, second, ...active] = keypairFactors(limit, 100)
        const added = factor(900, ecKeypair(900))
        const others: readonly RemovedFactor[] = [
          { ...byThief, scope: 'SYNC', factor: factor(7, ecKeypair(7)) },
          { ...byThief, scope: 'MAIN', factor: factor(8, passkey(8)) },
        ]
        const other = others.filter((removed) => removed.scope !== scope)
        const removals = [first!, second!].map((gone) => ({ ...byThief, scope, factor: gone }))
        const kept = backup({
          ...(scope === 'MAIN' ? { ...state, mainFactors: active } : { ...state, syncFactors: active }),
          removedFactors: [...other, ...removals],
        })

        it('refuses another one: each that was removed must find room when it comes back', () => {
          const last = { ...added, createdAt: UNTIL - 1 }
          expect(() => add(kept, last))
            .to.throw(DomainError)
            .with.property('code', 'too_many_factors')
        })

        it('takes the place of what is final, swept or not', () => {
          const grown = add(kept, { ...added, createdAt: UNTIL })
          expect(grown.state.removedFactors).to.deep.equal([])
          expect(add(grown, { ...factor(901, ecKeypair(901)), createdAt: UNTIL }).factorReferences()).to.have.length(
            limit + (scope === 'MAIN' ? state.syncFactors.length : state.mainFactors.length),
          )
        })

        it('takes one of those back', () => {
          const back = add(kept, factor(900, first!.credential))
          expect(back.state.removedFactors).to.deep.equal([...other, removals[1]])
        })
      })
    }
  })
})

describe('Backup.undeleted', () => {
  it('is the backup itself where there is nothing to undo', () => {
    const kept = backup(state)
    expect(kept.undeleted(UNTIL)).to.equal(kept)
  })

  it('gives back what a sync factor removed, and takes that sync factor off', () => {
    const first = removed(backup(state), { scope: 'MAIN', factorId: passkeyFactor.id, key: prfKey() })
    const second = removed(first, { scope: 'SYNC', factorId: owners.id })
    expect(second.undeleted(UNTIL - 1)?.state).to.deep.equal(
      backupState({
        mainFactors: [accountFactor, passkeyFactor],
        syncFactors: [third, owners],
        keys: [turnkeyKey(), prfKey()],
      }),
    )
  })

  it('undoes the deletion of a backup with the removals before it', () => {
    const gone = removed(backup(state), { scope: 'SYNC', factorId: owners.id }).deleted(byThief)
    expect(gone.undeleted(UNTIL - 1)?.state).to.deep.equal(backupState({ ...state, syncFactors: [third, owners] }))
  })

  it('does not give back a sync factor that removed another one, and then itself', () => {
    const first = removed(backup(state), { scope: 'SYNC', factorId: owners.id })
    const second = removed(first, { scope: 'SYNC', factorId: thiefs.id })
    expect(second.undeleted(UNTIL - 1)?.state).to.deep.equal(backupState({ ...state, syncFactors: [third, owners] }))
  })

  it('takes every sync factor off that deleted something', () => {
    const first = removed(backup(state), { scope: 'SYNC', factorId: thiefs.id }, byOwner)
    const gone = first.deleted({ ...byThief, deletedBy: third.id })
    expect(gone.undeleted(UNTIL - 1)?.state.syncFactors).to.deep.equal([thiefs])
  })

  it('keeps the key that is in use, of those that were removed the last one of a kind', () => {
    const removals: readonly RemovedFactor[] = [
      { ...byThief, scope: 'MAIN', factor: factor(10, passkey(10)), key: prfKey('first') },
      { ...byThief, scope: 'MAIN', factor: factor(11, ecKeypair(11)), key: iCloudKey('removed') },
      { ...byThief, scope: 'MAIN', factor: factor(12, passkey(12)), key: prfKey('second') },
    ]
    const kept = backup({ ...state, keys: [iCloudKey('in use')], removedFactors: removals })
    const restored = kept.undeleted(UNTIL - 1)
    expect(restored?.state.keys).to.deep.equal([iCloudKey('in use'), prfKey('second')])
    expect(restored?.state.mainFactors).to.have.length(5)
  })

  it('does not give back what is final, nor hold it against anyone', () => {
    const old = { ...byOwner, recoverableUntil: UNTIL - 10, scope: 'SYNC', factor: third } as const
    const recent = { ...byThief, scope: 'MAIN', factor: passkeyFactor } as const
    const kept = backup({ mainFactors: [accountFactor], syncFactors: [owners, thiefs], removedFactors: [old, recent] })
    expect(kept.undeleted(UNTIL - 10)?.state).to.deep.equal(
      backupState({ mainFactors: [accountFactor, passkeyFactor], syncFactors: [owners] }),
    )
  })

  it('gives nothing back at the second at which all is final', () => {
    const kept = removed(backup(state), { scope: 'SYNC', factorId: owners.id })
    expect(kept.undeleted(UNTIL)).to.equal(kept)
    expect(kept.deleted(byThief).undeleted(UNTIL)).to.equal(undefined)
  })
})

describe('Backup.withoutFinalDeletions', () => {
  const early = { ...byThief, recoverableUntil: UNTIL - 10 }
  const kept = removed(removed(backup(state), { scope: 'SYNC', factorId: owners.id }, early), {
    scope: 'MAIN',
    factorId: passkeyFactor.id,
  })

  it('is the backup itself while nothing is final', () => {
    expect(kept.withoutFinalDeletions(UNTIL - 11)).to.equal(kept)
  })

  it('drops what is final, from that second on', () => {
    expect(kept.withoutFinalDeletions(UNTIL - 10)?.state.removedFactors).to.deep.equal(
      kept.state.removedFactors.slice(1),
    )
    expect(kept.withoutFinalDeletions(UNTIL)?.factorReferences()).to.have.length(3)
  })

  it('drops it from a deleted backup too, and at last the backup', () => {
    const gone = kept.deleted(byThief)
    expect(gone.withoutFinalDeletions(UNTIL - 1)?.state.removedFactors).to.have.length(1)
    expect(gone.withoutFinalDeletions(UNTIL)).to.equal(undefined)
  })
})

function removed(from: Backup, removal: FactorRemoval, deletion = byThief): Backup {
  const left = from.withoutFactor(removal, deletion)
  if (left === undefined) throw new Error('what can be undone leaves a backup')
  return Backup.restore(deepFreeze(left.state))
}

function referenceOf(scope: FactorScope, credential: Credential) {
  return { scope, credential: credentialReference(credential) }
}
