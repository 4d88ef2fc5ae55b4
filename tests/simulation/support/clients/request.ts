import type { BackupId } from '../../../../domain/backup-id.ts'
import type { BackupMetadata } from '../../../../domain/backup-metadata.ts'
import type { CredentialReference } from '../../../../domain/credential.ts'
import type { EncryptedBackupKey } from '../../../../domain/encrypted-backup-key.ts'
import type { FactorReference, FactorScope } from '../../../../domain/factor.ts'
import type { ManifestHash } from '../../../../domain/manifest-hash.ts'
import type { SimulatedApplication } from '../assemble-instance.ts'

/** A factor that proves itself. */
export interface Prover extends FactorReference {
  /** Of a passkey. */
  readonly counter?: number | undefined
}

/** What a request asks for, as the model understands it. */
export type Intent =
  | {
      readonly kind: 'create'
      readonly id: BackupId
      readonly main: CredentialReference
      readonly counter?: number | undefined
      readonly sync: CredentialReference
      readonly key: EncryptedBackupKey
      readonly hash: ManifestHash
      readonly content: Uint8Array
    }
  | {
      readonly kind: 'sync'
      readonly by: Prover
      readonly from: ManifestHash
      readonly to: ManifestHash
      readonly content: Uint8Array
    }
  | {
      readonly kind: 'add-factor'
      readonly by: Prover
      readonly added: CredentialReference
      readonly counter?: number | undefined
      readonly key: EncryptedBackupKey | undefined
    }
  | {
      readonly kind: 'add-sync-factor'
      readonly id: BackupId
      /** Which of the backups of this id the token was handed out for. */
      readonly incarnation: number
      /** The main factor that obtained the token. */
      readonly mainFactorId: string
      readonly added: CredentialReference
    }
  | {
      readonly kind: 'delete-factor'
      readonly by: Prover
      readonly factorId: string
      readonly scope: FactorScope
      readonly key: EncryptedBackupKey | undefined
    }
  | { readonly kind: 'delete-backup'; readonly by: Prover }
  | { readonly kind: 'undelete'; readonly by: Prover }
  | { readonly kind: 'reset'; readonly id: BackupId }
  | { readonly kind: 'retrieve'; readonly by: Prover }
  | { readonly kind: 'verify-factor'; readonly by: Prover }
  | { readonly kind: 'retrieve-metadata'; readonly by: Prover; readonly expected: BackupId | undefined }
  | { readonly kind: 'status'; readonly id: BackupId }
  | { readonly kind: 'sweep'; readonly grace: number }
  | { readonly kind: 'verify' }

export type OperationKind = Intent['kind']

/** What a client is given. */
export interface Answer {
  readonly id?: BackupId
  readonly factorId?: string
  /** `null` where the backup is said to be gone. */
  readonly metadata?: BackupMetadata | null
  readonly content?: Uint8Array
  readonly syncFactorToken?: string
  readonly mainFactors?: number
  /** What a verification calls wrong. */
  readonly faults?: readonly string[]
}

/** What one attempt at a request needs of its client. */
export interface Sending {
  /** The content on its way to the service. */
  readonly upload: (content: Uint8Array) => AsyncIterable<Uint8Array>
  /** To be called when the answer begins. */
  readonly answered: () => void
}

/** A request as it was built once: sent again, it is a replay. */
export interface Request {
  readonly kind: OperationKind
  readonly intent: Intent
  /** The backup that it is about, as its client believes. */
  readonly target: BackupId
  /** Everything that works once and is used by it. */
  readonly proofs: readonly string[]
  /** Milliseconds since the epoch at which the oldest of its tokens was handed out. */
  readonly oldestTokenAt: number
  readonly text: string
  readonly send: (application: SimulatedApplication, sending: Sending) => Promise<Answer>
}
