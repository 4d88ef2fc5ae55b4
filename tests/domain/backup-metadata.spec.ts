import { expect } from 'chai'
import type { EncryptedBackupKey } from '../../domain/encrypted-backup-key.ts'
import { exportMetadata, type ExportedFactor } from '../../domain/backup-metadata.ts'
import type { MainFactor } from '../../domain/factor.ts'
import { BACKUP_ID, backup, manifestHash, sealedBlob } from './support/backups.ts'
import { iCloudKey, prfKey, turnkeyKey } from './support/encrypted-keys.ts'
import { ecKeypair, factor, nthFactorId, oidcAccount, passkey } from './support/factors.ts'

describe('exportMetadata', () => {
  const registration = { id: 'AQID', clientExtensionResults: { prf: { enabled: true } }, unheardOf: [null, 1.5, {}] }

  const exported: readonly (readonly [string, MainFactor, ExportedFactor])[] = [
    [
      'a passkey: no COSE key, no counter',
      factor(7, passkey(1, { credentialId: 'AQID', registration, label: 'phone', signatureCounter: 41 })),
      {
        id: nthFactorId(7),
        createdAt: 1_700_000_007,
        kind: { kind: 'PASSKEY', credentialId: 'AQID', registration, label: 'phone' },
      },
    ],
    [
      'a passkey that nobody named: its label is null, not absent',
      factor(7, passkey(1, { credentialId: 'AQID', registration: {}, label: null })),
      {
        id: nthFactorId(7),
        createdAt: 1_700_000_007,
        kind: { kind: 'PASSKEY', credentialId: 'AQID', registration: {}, label: null },
      },
    ],
    [
      'a Google account: no subject',
      factor(8, oidcAccount(1, { maskedEmail: 'ja***@example.org', turnkeyProviderId: 'tk' })),
      {
        id: nthFactorId(8),
        createdAt: 1_700_000_008,
        kind: {
          kind: 'OIDC_ACCOUNT',
          account: { kind: 'GOOGLE', maskedEmail: 'ja***@example.org' },
          turnkeyProviderId: 'tk',
        },
      },
    ],
    [
      'an account at another provider',
      factor(8, oidcAccount(1, { provider: 'EXAMPLE', maskedEmail: '', turnkeyProviderId: 'tk' })),
      {
        id: nthFactorId(8),
        createdAt: 1_700_000_008,
        kind: { kind: 'OIDC_ACCOUNT', account: { kind: 'EXAMPLE', maskedEmail: '' }, turnkeyProviderId: 'tk' },
      },
    ],
    [
      'a keypair',
      factor(9, ecKeypair(9)),
      { id: nthFactorId(9), createdAt: 1_700_000_009, kind: { kind: 'EC_KEYPAIR', publicKey: ecKeypair(9).publicKey } },
    ],
  ]
  for (const [label, kept, shown] of exported) {
    it(`shows of ${label}`, () => {
      expect(exportMetadata(backup({ mainFactors: [kept] })).factors).to.deep.equal([shown])
    })
  }

  const keys: readonly (readonly [string, readonly EncryptedBackupKey[]])[] = [
    ['no key', []],
    ['a PRF key', [prfKey()]],
    ['an ICLOUD key', [iCloudKey()]],
    ['a TURNKEY key with all its members', [turnkeyKey()]],
    ['keys in their order', [turnkeyKey(), prfKey(), iCloudKey()]],
  ]
  for (const [label, kept] of keys) {
    it(`shows ${label}`, () => {
      expect(exportMetadata(backup({ keys: kept })).keys).to.deep.equal(kept)
    })
  }

  it('shows main and sync factors apart, in their order, and of the backup its id and hash only', () => {
    const state = {
      mainFactors: [factor(3, ecKeypair(3)), factor(1, ecKeypair(1))],
      syncFactors: [factor(5, ecKeypair(5)), factor(4, ecKeypair(4))],
      keys: [iCloudKey()],
      manifestHash: manifestHash(3),
      supersededBlobs: [sealedBlob(2)],
    }
    const shown = ({ id, createdAt, credential }: MainFactor) => ({ id, createdAt, kind: credential })

    expect(exportMetadata(backup(state))).to.deep.equal({
      id: BACKUP_ID,
      keys: [iCloudKey()],
      factors: state.mainFactors.map(shown),
      syncFactors: state.syncFactors.map(shown),
      manifestHash: manifestHash(3),
    })
  })

  it('shows a backup without sync factors', () => {
    expect(exportMetadata(backup({ syncFactors: [] })).syncFactors).to.deep.equal([])
  })

  const secrets = [
    ['subject', 'subject-6'],
    ['COSE key', passkey(5).publicKey],
    ['signature counter', '4242'],
    ['incarnation', backup().state.incarnation],
    ['location of the blob', 'blob-1'],
    ['location of a superseded blob', 'blob-2'],
    ['digest of the blob', sealedBlob(1).sha256],
  ] as const
  for (const [label, secret] of secrets) {
    it(`keeps the ${label} in the service`, () => {
      const kept = backup({
        mainFactors: [factor(5, passkey(5, { signatureCounter: 4242 })), factor(6, oidcAccount(6))],
        supersededBlobs: [sealedBlob(2)],
      })
      expect(JSON.stringify(kept.state)).to.include(secret)
      expect(JSON.stringify(exportMetadata(kept))).not.to.include(secret)
    })
  }
})
