import { expect } from 'chai'
import { MAX_MAIN_FACTORS, MAX_SYNC_FACTORS } from '../../domain/backup-state.ts'
import type { DomainErrorCode } from '../../domain/domain-error.ts'
import type { EncryptedBackupKey } from '../../domain/encrypted-backup-key.ts'
import type { MainFactor } from '../../domain/factor.ts'
import { backup, backupState } from './support/backups.ts'
import { iCloudKey, prfKey, turnkeyKey } from './support/encrypted-keys.ts'
import { ecKeypair, factor, keypairFactors, oidcAccount, passkey } from './support/factors.ts'
import { expectRefusal } from './support/refusals.ts'

const all = [factor(1, passkey(1)), factor(2, oidcAccount(2)), factor(3, ecKeypair(3))]
const sync = [factor(4, ecKeypair(4)), factor(5, ecKeypair(5))]

describe('Backup.withMainFactor', () => {
  const accepted: readonly (readonly [string, MainFactor, EncryptedBackupKey | undefined])[] = [
    ['a passkey without a key', factor(9, passkey(9)), undefined],
    ['an account without a key', factor(9, oidcAccount(9)), undefined],
    ['a keypair without a key', factor(9, ecKeypair(9)), undefined],
    ['an account with its key', factor(9, oidcAccount(9)), turnkeyKey()],
    ['a keypair with its key', factor(9, ecKeypair(9)), iCloudKey()],
  ]
  for (const [label, added, key] of accepted) {
    it(`appends ${label} and changes nothing else`, () => {
      expect(backup({ mainFactors: all }).withMainFactor(added, key).state).to.deep.equal(
        backupState({ mainFactors: [...all, added], keys: key === undefined ? [prfKey()] : [prfKey(), key] }),
      )
    })
  }

  it('accepts a PRF key where there is none', () => {
    const added = factor(9, passkey(9))
    expect(backup({ keys: [iCloudKey()] }).withMainFactor(added, prfKey()).state.keys).to.deep.equal([
      iCloudKey(),
      prfKey(),
    ])
  })

  const unlike: readonly (readonly [string, MainFactor])[] = [
    ['of the same subject at another provider', factor(9, oidcAccount(2, { provider: 'APPLE' }))],
    ['at the same provider with another subject', factor(9, oidcAccount(9))],
  ]
  for (const [label, added] of unlike) {
    it(`accepts an account ${label}`, () => {
      expect(backup({ mainFactors: all }).withMainFactor(added).state.mainFactors).to.deep.equal([...all, added])
    })
  }

  const known: readonly (readonly [string, MainFactor])[] = [
    ['passkey', factor(9, passkey(1))],
    ['passkey under another label, registration, COSE key and counter', factor(9, passkey(1, relabelled()))],
    ['account', factor(9, oidcAccount(2))],
    ['account under another address', factor(9, oidcAccount(2, { maskedEmail: '', turnkeyProviderId: 'other' }))],
    ['keypair', factor(9, ecKeypair(3))],
    ['keypair that syncs', factor(9, ecKeypair(5))],
  ]
  for (const [label, added] of known) {
    it(`refuses a known ${label}`, () => {
      expectRefusal(
        () => backup({ mainFactors: all, syncFactors: sync }).withMainFactor(added),
        'factor_already_exists',
      )
    })
  }

  it('has room for 10 main factors', () => {
    expect(MAX_MAIN_FACTORS).to.equal(10)
  })

  it('accepts the tenth', () => {
    const added = factor(9, passkey(9))
    const kept = backup({ mainFactors: keypairFactors(9, 100) }).withMainFactor(added)
    expect(kept.state.mainFactors).to.deep.equal([...keypairFactors(9, 100), added])
  })

  it('refuses the eleventh', () => {
    const full = backup({ mainFactors: keypairFactors(10, 100) })
    expectRefusal(() => full.withMainFactor(factor(9, passkey(9))), 'too_many_factors')
  })

  it('counts no sync factors', () => {
    const kept = backup({ syncFactors: keypairFactors(25, 200) })
    expect(kept.withMainFactor(factor(9, passkey(9))).state.mainFactors).to.have.length(2)
  })

  const secondKeys: readonly (readonly [string, EncryptedBackupKey])[] = [
    ['a second PRF key', prfKey('other')],
    ['a second ICLOUD key', iCloudKey('other')],
    ['a second TURNKEY key', turnkeyKey({ turnkeyAccountId: 'other' })],
    ['the PRF key it has', prfKey()],
    ['the ICLOUD key it has', iCloudKey()],
    ['the TURNKEY key it has', turnkeyKey()],
  ]
  for (const [label, key] of secondKeys) {
    it(`refuses ${label}`, () => {
      expectRefusal(
        () => backup({ keys: [prfKey(), iCloudKey(), turnkeyKey()] }).withMainFactor(factor(9, passkey(9)), key),
        'only_one_encryption_key_per_type_allowed',
      )
    })
  }

  const nine = [...keypairFactors(9, 100), factor(1, passkey(1))]
  const precedence: readonly (readonly [string, readonly MainFactor[], MainFactor, DomainErrorCode])[] = [
    ['a known factor over a full list and a second key', nine, factor(9, passkey(1)), 'factor_already_exists'],
    ['a known factor over a second key', all, factor(9, passkey(1)), 'factor_already_exists'],
    ['a known sync factor over a full list', nine, factor(9, ecKeypair(2)), 'factor_already_exists'],
    ['a full list over a second key', nine, factor(9, passkey(9)), 'too_many_factors'],
  ]
  for (const [label, mainFactors, added, code] of precedence) {
    it(`names ${label}`, () => {
      expectRefusal(() => backup({ mainFactors }).withMainFactor(added, prfKey('other')), code)
    })
  }
})

describe('Backup.withSyncFactor', () => {
  const added = factor(9, ecKeypair(9))

  it('appends a keypair and changes nothing else', () => {
    expect(backup({ syncFactors: sync }).withSyncFactor(added).state).to.deep.equal(
      backupState({ syncFactors: [...sync, added] }),
    )
  })

  it('accepts the first', () => {
    expect(backup({ syncFactors: [] }).withSyncFactor(added).state.syncFactors).to.deep.equal([added])
  })

  const known = [
    ['keypair that syncs', factor(9, ecKeypair(5))],
    ['keypair that is a main factor', factor(9, ecKeypair(3))],
  ] as const
  for (const [label, again] of known) {
    it(`refuses a known ${label}`, () => {
      expectRefusal(
        () => backup({ mainFactors: all, syncFactors: sync }).withSyncFactor(again),
        'factor_already_exists',
      )
    })
  }

  it('has room for 25 sync factors', () => {
    expect(MAX_SYNC_FACTORS).to.equal(25)
  })

  it('accepts the twenty-fifth', () => {
    const kept = backup({ syncFactors: keypairFactors(24, 200) }).withSyncFactor(added)
    expect(kept.state.syncFactors).to.deep.equal([...keypairFactors(24, 200), added])
  })

  it('refuses the twenty-sixth', () => {
    const full = backup({ syncFactors: keypairFactors(25, 200) })
    expectRefusal(() => full.withSyncFactor(added), 'too_many_factors')
  })

  it('counts no main factors', () => {
    const kept = backup({ mainFactors: keypairFactors(10, 100), syncFactors: keypairFactors(24, 200) })
    expect(kept.withSyncFactor(added).state.syncFactors).to.have.length(25)
  })

  const precedence = [
    ['a sync factor', factor(9, ecKeypair(200))],
    ['a main factor', factor(9, ecKeypair(3))],
  ] as const
  for (const [label, again] of precedence) {
    it(`names a known keypair (${label}) over a full list`, () => {
      expectRefusal(
        () => backup({ mainFactors: all, syncFactors: keypairFactors(25, 200) }).withSyncFactor(again),
        'factor_already_exists',
      )
    })
  }
})

function relabelled() {
  return { label: null, registration: {}, publicKey: 'AAAA', signatureCounter: 7 }
}
