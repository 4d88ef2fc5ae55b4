import type { Backup } from './backup.ts'
import type { BackupId } from './backup-id.ts'
import type { Credential } from './credential.ts'
import type { EcPublicKey } from './ec-public-key.ts'
import type { EncryptedBackupKey } from './encrypted-backup-key.ts'
import type { Factor, FactorId } from './factor.ts'
import type { JsonObject } from './json.ts'
import type { ManifestHash } from './manifest-hash.ts'

/** What a backup's owner may see of it. No subject, COSE key, counter or blob location leaves the service. */
export interface BackupMetadata {
  readonly id: BackupId
  readonly keys: readonly EncryptedBackupKey[]
  readonly factors: readonly ExportedFactor[]
  readonly syncFactors: readonly ExportedFactor[]
  readonly manifestHash: ManifestHash
}

export interface ExportedFactor {
  readonly id: FactorId
  /** Seconds since the epoch. */
  readonly createdAt: number
  readonly kind: ExportedCredential
}

export type ExportedCredential =
  | {
      readonly kind: 'PASSKEY'
      readonly credentialId: string
      readonly registration: JsonObject
      readonly label: string | null
    }
  | {
      readonly kind: 'OIDC_ACCOUNT'
      readonly account: { readonly kind: string; readonly maskedEmail: string }
      readonly turnkeyProviderId: string
    }
  | { readonly kind: 'EC_KEYPAIR'; readonly publicKey: EcPublicKey }

export function exportMetadata({ state }: Backup): BackupMetadata {
  return {
    id: state.id,
    keys: state.keys,
    factors: state.mainFactors.map(exportFactor),
    syncFactors: state.syncFactors.map(exportFactor),
    manifestHash: state.manifestHash,
  }
}

function exportFactor({ id, createdAt, credential }: Factor): ExportedFactor {
  return { id, createdAt, kind: exportCredential(credential) }
}

function exportCredential(credential: Credential): ExportedCredential {
  switch (credential.kind) {
    case 'PASSKEY': {
      const { kind, credentialId, registration, label } = credential
      return { kind, credentialId, registration, label }
    }
    case 'OIDC_ACCOUNT': {
      const { kind, provider, maskedEmail, turnkeyProviderId } = credential
      return { kind, account: { kind: provider, maskedEmail }, turnkeyProviderId }
    }
    case 'EC_KEYPAIR':
      return { kind: credential.kind, publicKey: credential.publicKey }
  }
}
