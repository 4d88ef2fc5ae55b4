import { expect } from 'chai'
import type { FactorRemoval } from '../../domain/deletable.ts'
import type { Credential } from '../../domain/credential.ts'
import type { DomainErrorCode } from '../../domain/domain-error.ts'
import type { EncryptedBackupKey } from '../../domain/encrypted-backup-key.ts'
import type { MainFactor } from '../../domain/factor.ts'
import { backup, backupState } from './support/backups.ts'
import { iCloudKey, prfKey, turnkeyKey } from './support/encrypted-keys.ts'
import { ecKeypair, factor, nthFactorId, oidcAccount, passkey } from './support/factors.ts'
import { expectRefusal } from './support/refusals.ts'

const passkeyFactor = factor(1, passkey(1))
const accountFactor = factor(2, oidcAccount(2))
const keypairFactor = factor(3, ecKeypair(3))
const main = [passkeyFactor, accountFactor, keypairFactor]
const sync = [factor(4, ecKeypair(4)), factor(5, ecKeypair(5)), factor(6, ecKeypair(6))]
const keys = [prfKey(), turnkeyKey(), iCloudKey()]
const state = { mainFactors: main, syncFactors: sync, keys }

function removalOf(n: number, rest: Omit<FactorRemoval, 'factorId'>): FactorRemoval {
  return { factorId: nthFactorId(n), ...rest }
}

describe('Backup.withoutFactor', () => {
  for (const gone of main) {
    it(`takes a main ${gone.credential.kind} away, leaves its key and changes nothing else`, () => {
      const left = backup(state).withoutFactor({ scope: 'MAIN', factorId: gone.id })
      expect(left?.state).to.deep.equal(backupState({ ...state, mainFactors: main.filter((kept) => kept !== gone) }))
    })
  }

  for (const gone of sync) {
    it(`takes sync factor ${gone.id} away and changes nothing else`, () => {
      const left = backup(state).withoutFactor({ scope: 'SYNC', factorId: gone.id })
      expect(left?.state).to.deep.equal(backupState({ ...state, syncFactors: sync.filter((kept) => kept !== gone) }))
    })
  }

  it('leaves a backup that nothing syncs when the last sync factor goes', () => {
    expect(backup().withoutFactor(removalOf(2, { scope: 'SYNC' }))?.state).to.deep.equal(
      backupState({ syncFactors: [] }),
    )
  })

  const last: readonly (readonly [string, readonly EncryptedBackupKey[], EncryptedBackupKey | undefined])[] = [
    ['without naming a key', [prfKey()], undefined],
    ['with its key', [prfKey()], prfKey()],
    ['with a key of another kind', [prfKey(), iCloudKey()], iCloudKey()],
    ['while keys of other kinds stay', [prfKey(), iCloudKey(), turnkeyKey()], prfKey()],
    ['when there is no key at all', [], undefined],
  ]
  for (const [label, kept, key] of last) {
    it(`leaves no backup when the last main factor goes ${label}`, () => {
      const one = backup({ mainFactors: [passkeyFactor], syncFactors: sync, keys: kept })
      expect(one.withoutFactor(removalOf(1, { scope: 'MAIN', key }))).to.equal(undefined)
    })
  }

  for (const one of main) {
    it(`leaves no backup when the last main factor is ${one.credential.kind}`, () => {
      const kept = backup({ ...state, mainFactors: [one] })
      expect(kept.withoutFactor({ scope: 'MAIN', factorId: one.id })).to.equal(undefined)
    })
  }

  const unknown: readonly (readonly [string, FactorRemoval])[] = [
    ['an unknown main factor', removalOf(99, { scope: 'MAIN' })],
    ['an unknown sync factor', removalOf(99, { scope: 'SYNC' })],
    ['a sync factor named as main', removalOf(4, { scope: 'MAIN' })],
    ['a main factor named as sync', removalOf(3, { scope: 'SYNC' })],
  ]
  for (const [label, removal] of unknown) {
    it(`refuses ${label}`, () => {
      expectRefusal(() => backup(state).withoutFactor(removal), 'factor_not_found')
    })
  }

  const refusals: readonly (readonly [string, FactorRemoval, DomainErrorCode])[] = [
    ['a key with a sync factor', removalOf(4, { scope: 'SYNC', key: prfKey() }), 'encryption_key_not_allowed'],
    [
      'an unknown key with a sync factor',
      removalOf(4, { scope: 'SYNC', key: prfKey('?') }),
      'encryption_key_not_allowed',
    ],
    [
      'a key with an unknown sync factor',
      removalOf(99, { scope: 'SYNC', key: prfKey() }),
      'encryption_key_not_allowed',
    ],
    ['a known key with an unknown factor', removalOf(99, { scope: 'MAIN', key: prfKey() }), 'factor_not_found'],
    ['an unknown key with an unknown factor', removalOf(99, { scope: 'MAIN', key: prfKey('?') }), 'factor_not_found'],
    ['an unknown PRF key', removalOf(1, { scope: 'MAIN', key: prfKey('?') }), 'encryption_key_not_found'],
    ['an unknown ICLOUD key', removalOf(3, { scope: 'MAIN', key: iCloudKey('?') }), 'encryption_key_not_found'],
    ...(['encryptedKey', 'turnkeyAccountId', 'turnkeyUserId', 'turnkeyPrivateKeyId'] as const).map(
      (member) =>
        [
          `a TURNKEY key with another ${member}`,
          removalOf(2, { scope: 'MAIN', key: turnkeyKey({ [member]: '?' }) }),
          'encryption_key_not_found',
        ] as const,
    ),
    [
      'an unknown key of a kind that remaining factors need',
      removalOf(2, { scope: 'MAIN', key: prfKey('?') }),
      'encryption_key_not_found',
    ],
  ]
  for (const [label, removal, code] of refusals) {
    it(`answers ${code} to ${label}`, () => {
      expectRefusal(() => backup(state).withoutFactor(removal), code)
    })
  }

  it('refuses to delete the backup with a key it does not have', () => {
    expectRefusal(
      () => backup().withoutFactor(removalOf(1, { scope: 'MAIN', key: prfKey('?') })),
      'encryption_key_not_found',
    )
  })

  it('refuses a key it does not have when it has none', () => {
    expectRefusal(
      () => backup({ ...state, keys: [] }).withoutFactor(removalOf(1, { scope: 'MAIN', key: prfKey() })),
      'encryption_key_not_found',
    )
  })

  const kinds: readonly (readonly [EncryptedBackupKey, MainFactor, Credential, readonly MainFactor[]])[] = [
    [prfKey(), passkeyFactor, passkey(11), [accountFactor, keypairFactor]],
    [turnkeyKey(), accountFactor, oidcAccount(11, { provider: 'APPLE' }), [passkeyFactor, keypairFactor]],
    [iCloudKey(), keypairFactor, ecKeypair(11), [passkeyFactor, accountFactor]],
  ]
  for (const [key, served, alike, others] of kinds) {
    const second = factor(11, alike)
    const { kind } = served.credential

    it(`refuses to remove the ${key.kind} key with one ${kind} while another remains`, () => {
      const kept = backup({ ...state, mainFactors: [served, ...others, second] })
      expectRefusal(
        () => kept.withoutFactor({ scope: 'MAIN', factorId: served.id, key }),
        'factor_orphaned_from_encryption_key',
      )
    })

    it(`removes the ${key.kind} key with the last ${kind}, whatever syncs`, () => {
      const left = backup(state).withoutFactor({ scope: 'MAIN', factorId: served.id, key })
      expect(left?.state).to.deep.equal(
        backupState({ ...state, mainFactors: others, keys: keys.filter(({ kind }) => kind !== key.kind) }),
      )
    })

    for (const other of others) {
      it(`refuses to remove the ${key.kind} key with ${other.credential.kind} while ${kind} remains`, () => {
        expectRefusal(
          () => backup(state).withoutFactor({ scope: 'MAIN', factorId: other.id, key }),
          'factor_orphaned_from_encryption_key',
        )
      })

      it(`removes the ${key.kind} key with ${other.credential.kind} when no ${kind} is left`, () => {
        const left = backup({ ...state, mainFactors: others }).withoutFactor({ scope: 'MAIN', factorId: other.id, key })
        expect(left?.state).to.deep.equal(
          backupState({
            ...state,
            mainFactors: others.filter((kept) => kept !== other),
            keys: keys.filter(({ kind }) => kind !== key.kind),
          }),
        )
      })
    }
  }
})
