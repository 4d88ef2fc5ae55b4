import { expect } from 'chai'
import { Backup, requireDistinctCredentials } from '../../domain/backup.ts'
import { credentialReference, type Credential, type CredentialReference } from '../../domain/credential.ts'
import type { EncryptedBackupKey } from '../../domain/encrypted-backup-key.ts'
import type { FactorScope } from '../../domain/factor.ts'
import { BACKUP_ID, backup, backupState, manifestHash, sealedBlob } from './support/backups.ts'
import { deepFreeze } from './support/deep-freeze.ts'
import { iCloudKey, prfKey, turnkeyKey } from './support/encrypted-keys.ts'
import { ecKeypair, factor, oidcAccount, passkey } from './support/factors.ts'
import { expectRefusal } from './support/refusals.ts'

const start = deepFreeze({
  id: BACKUP_ID,
  incarnation: 'b0a3a9a0-0f57-4d5c-8f0e-0f3b4f0f8c55',
  mainFactor: factor(1, passkey(1)),
  syncFactor: factor(2, ecKeypair(2)),
  key: prfKey(),
  manifestHash: manifestHash(1),
  blob: sealedBlob(1),
})

describe('Backup.create', () => {
  it('starts with one main factor, one sync factor, one key and no history', () => {
    expect(Backup.create(start).state).to.deep.equal({
      id: BACKUP_ID,
      incarnation: start.incarnation,
      mainFactors: [start.mainFactor],
      syncFactors: [start.syncFactor],
      keys: [prfKey()],
      manifestHash: manifestHash(1),
      blob: sealedBlob(1),
      supersededBlobs: [],
      deletion: undefined,
      removedFactors: [],
    })
  })

  const accepted = [
    ['a passkey', factor(1, passkey(1)), prfKey()],
    ['an account', factor(1, oidcAccount(1)), prfKey()],
    ['another keypair', factor(1, ecKeypair(1)), iCloudKey()],
  ] as const
  for (const [label, mainFactor, key] of accepted) {
    it(`accepts ${label} beside the sync keypair`, () => {
      const { state } = Backup.create({ ...start, mainFactor, key })
      expect(state.mainFactors).to.deep.equal([mainFactor])
      expect(state.keys).to.deep.equal([key])
    })
  }

  it('refuses one keypair as both factors', () => {
    expectRefusal(
      () => Backup.create({ ...start, mainFactor: factor(1, ecKeypair(2)), key: iCloudKey() }),
      'factor_already_exists',
    )
  })
})

describe('requireDistinctCredentials', () => {
  const distinct: readonly (readonly [string, Credential])[] = [
    ['another keypair', ecKeypair(1)],
    ['a passkey', passkey(2)],
    ['an account', oidcAccount(2)],
  ]
  for (const [label, main] of distinct) {
    it(`lets ${label} pass beside a sync keypair`, () => {
      expect(() => requireDistinctCredentials(main, ecKeypair(2))).not.to.throw()
    })
  }

  it('refuses the same keypair', () => {
    expectRefusal(() => requireDistinctCredentials(ecKeypair(2), ecKeypair(2)), 'factor_already_exists')
  })
})

describe('Backup.restore', () => {
  it('is the backup that was kept', () => {
    const state = backupState({ supersededBlobs: [sealedBlob(8)] })
    expect(Backup.restore(state).state).to.deep.equal(structuredClone(state))
    expect(Backup.restore(state).id).to.equal(BACKUP_ID)
  })
})

describe('Backup.has', () => {
  const kept = backup({
    mainFactors: [factor(1, passkey(1)), factor(2, oidcAccount(2)), factor(3, ecKeypair(3))],
    syncFactors: [factor(4, ecKeypair(4)), factor(5, ecKeypair(5))],
  })

  const rows: readonly (readonly [string, FactorScope, CredentialReference, boolean])[] = [
    ['finds a main passkey', 'MAIN', credentialReference(passkey(1)), true],
    ['finds a main account', 'MAIN', credentialReference(oidcAccount(2)), true],
    ['finds a main keypair', 'MAIN', credentialReference(ecKeypair(3)), true],
    ['finds a sync keypair', 'SYNC', credentialReference(ecKeypair(5)), true],
    ['finds no main passkey among sync factors', 'SYNC', credentialReference(passkey(1)), false],
    ['finds no main keypair among sync factors', 'SYNC', credentialReference(ecKeypair(3)), false],
    ['finds no sync keypair among main factors', 'MAIN', credentialReference(ecKeypair(4)), false],
    ['finds no unknown passkey', 'MAIN', credentialReference(passkey(9)), false],
    [
      'finds no account of the same subject at another provider',
      'MAIN',
      credentialReference(oidcAccount(2, { provider: 'APPLE' })),
      false,
    ],
  ]
  for (const [behaviour, scope, credential, found] of rows) {
    it(behaviour, () => {
      expect(kept.has({ scope, credential })).to.equal(found)
    })
  }
})

describe('Backup.passkey', () => {
  const kept = backup({ mainFactors: [factor(1, oidcAccount(1)), factor(2, passkey(2)), factor(3, passkey(3))] })

  for (const n of [2, 3]) {
    it(`finds passkey ${n} by its credential id`, () => {
      expect(kept.passkey(passkey(n).credentialId)).to.deep.equal(passkey(n))
    })
  }

  const absent = [
    ['an unknown credential id', passkey(9).credentialId],
    ['a credential id in another case', passkey(2).credentialId.toUpperCase()],
    ['the reference of a passkey', credentialReference(passkey(2))],
    ['the subject of an account', oidcAccount(1).subject],
    ['the public key of a keypair', ecKeypair(2).publicKey],
    ['no text', ''],
  ] as const
  for (const [label, credentialId] of absent) {
    it(`finds none for ${label}`, () => {
      expect(kept.passkey(credentialId)).to.equal(undefined)
    })
  }
})

describe('Backup.turnkeyAccountId', () => {
  const rows: readonly (readonly [string, readonly EncryptedBackupKey[], string | undefined])[] = [
    ['is the account of the TURNKEY key', [turnkeyKey({ turnkeyAccountId: 'organization' })], 'organization'],
    [
      'is found among other keys',
      [prfKey(), turnkeyKey({ turnkeyAccountId: 'organization' }), iCloudKey()],
      'organization',
    ],
    ['is absent without a TURNKEY key', [prfKey(), iCloudKey()], undefined],
    ['is absent without keys', [], undefined],
  ]
  for (const [behaviour, keys, turnkeyAccountId] of rows) {
    it(behaviour, () => {
      expect(backup({ keys }).turnkeyAccountId()).to.equal(turnkeyAccountId)
    })
  }
})

describe('Backup.factorReferences', () => {
  it('names every factor once, in its scope', () => {
    const kept = backup({
      mainFactors: [factor(1, passkey(1)), factor(2, oidcAccount(2)), factor(3, ecKeypair(3))],
      syncFactors: [factor(4, ecKeypair(4)), factor(5, ecKeypair(5))],
    })
    expect(kept.factorReferences()).to.deep.equal([
      { scope: 'MAIN', credential: credentialReference(passkey(1)) },
      { scope: 'MAIN', credential: credentialReference(oidcAccount(2)) },
      { scope: 'MAIN', credential: credentialReference(ecKeypair(3)) },
      { scope: 'SYNC', credential: credentialReference(ecKeypair(4)) },
      { scope: 'SYNC', credential: credentialReference(ecKeypair(5)) },
    ])
  })

  it('names the main factor alone when nothing syncs', () => {
    expect(backup({ syncFactors: [] }).factorReferences()).to.deep.equal([
      { scope: 'MAIN', credential: credentialReference(passkey(1)) },
    ])
  })
})

describe('Backup.blobs', () => {
  it('names the current blob alone before the first sync', () => {
    expect(backup().blobs()).to.deep.equal([sealedBlob(1)])
  })

  it('names the current blob first, then the superseded, newest first', () => {
    const kept = backup({ blob: sealedBlob(3), supersededBlobs: [sealedBlob(2), sealedBlob(1)] })
    expect(kept.blobs()).to.deep.equal([sealedBlob(3), sealedBlob(2), sealedBlob(1)])
  })
})
