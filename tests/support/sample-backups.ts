import { randomBytes, randomUUID } from 'node:crypto'
import { Backup, type NewBackup } from '../../domain/backup.ts'
import { parseBackupId, type BackupId } from '../../domain/backup-id.ts'
import { blobKey, type BlobKey } from '../../domain/blob-key.ts'
import type {
  Credential,
  EcKeypairCredential,
  OidcAccountCredential,
  PasskeyCredential,
} from '../../domain/credential.ts'
import type { Deletion } from '../../domain/deletion.ts'
import { parseEcPublicKey } from '../../domain/ec-public-key.ts'
import type { EncryptedBackupKey, ICloudKey, PrfKey, TurnkeyKey } from '../../domain/encrypted-backup-key.ts'
import { factorId, type Factor } from '../../domain/factor.ts'
import { parseManifestHash, type ManifestHash } from '../../domain/manifest-hash.ts'
import { maskEmail } from '../../domain/masked-email.ts'
import type { SealedBlob } from '../../domain/sealed-blob.ts'

// Random values of the right shape, so that no sample meets another by accident. The keys are no points of a curve: where
// something has to be signed, see keypair.ts and software-authenticator.ts.

/** Seconds since the epoch at which samples are made. */
export const SAMPLE_TIME = 1_750_000_000

export function sampleBackupId(): BackupId {
  return parseBackupId(`backup_account_02${randomBytes(32).toString('hex')}`)
}

export function sampleManifestHash(): ManifestHash {
  return parseManifestHash(randomBytes(32).toString('hex'))
}

/** A key that nothing is stored under. */
export function freshBlobKey(backupId = sampleBackupId()): BlobKey {
  return blobKey(backupId, randomUUID())
}

/** A blob that is in no store. */
export function sampleBlob(backupId: BackupId, size = 4096): SealedBlob {
  return { key: freshBlobKey(backupId), size, sha256: randomBytes(32).toString('hex') }
}

export function samplePasskey(overrides: Partial<PasskeyCredential> = {}): PasskeyCredential {
  const credentialId = randomBytes(20).toString('base64url')
  return {
    kind: 'PASSKEY',
    credentialId,
    registration: {
      id: credentialId,
      rawId: credentialId,
      type: 'public-key',
      response: {
        clientDataJSON: randomBytes(90).toString('base64url'),
        attestationObject: randomBytes(180).toString('base64url'),
        transports: ['internal', 'hybrid'],
      },
      clientExtensionResults: { credProps: { rk: true } },
    },
    label: 'Laptop',
    publicKey: randomBytes(77).toString('base64url'),
    signatureCounter: 0,
    ...overrides,
  }
}

export function sampleOidcAccount(overrides: Partial<OidcAccountCredential> = {}): OidcAccountCredential {
  return {
    kind: 'OIDC_ACCOUNT',
    provider: 'GOOGLE',
    subject: randomBytes(10).toString('hex'),
    maskedEmail: maskEmail('someone@example.org'),
    turnkeyProviderId: randomUUID(),
    ...overrides,
  }
}

export function sampleEcKeypair(): EcKeypairCredential {
  const point = Buffer.concat([Buffer.from([0x04]), randomBytes(64)])
  return { kind: 'EC_KEYPAIR', publicKey: parseEcPublicKey(point.toString('base64')) }
}

export function sampleFactor<Kind extends Credential>(credential: Kind): Factor<Kind> {
  return { id: factorId(randomUUID()), createdAt: SAMPLE_TIME, credential }
}

export function samplePrfKey(): PrfKey {
  return { kind: 'PRF', encryptedKey: randomBytes(60).toString('base64') }
}

export function sampleICloudKey(): ICloudKey {
  return { kind: 'ICLOUD', encryptedKey: randomBytes(60).toString('base64') }
}

export function sampleTurnkeyKey(): TurnkeyKey {
  return {
    kind: 'TURNKEY',
    encryptedKey: randomBytes(60).toString('base64'),
    turnkeyAccountId: randomUUID(),
    turnkeyUserId: randomUUID(),
    turnkeyPrivateKeyId: randomUUID(),
  }
}

/** The kind of key that serves this kind of factor. */
export function sampleKeyFor({ kind }: Credential): EncryptedBackupKey {
  const samples = { PASSKEY: samplePrfKey, EC_KEYPAIR: sampleICloudKey, OIDC_ACCOUNT: sampleTurnkeyKey }
  return samples[kind]()
}

/** Made by a sync factor of nobody in particular, and still to undo for an hour. */
export function sampleDeletion(overrides: Partial<Deletion> = {}): Deletion {
  return { deletedBy: factorId(randomUUID()), recoverableUntil: SAMPLE_TIME + 3600, ...overrides }
}

/** A backup as it is created: one main factor (a passkey unless told otherwise), its key, and one sync factor. */
export function sampleBackup(overrides: Partial<NewBackup> = {}): Backup {
  const { id = sampleBackupId(), mainFactor = sampleFactor<Credential>(samplePasskey()) } = overrides
  return Backup.create({
    id,
    incarnation: randomUUID(),
    mainFactor,
    syncFactor: sampleFactor(sampleEcKeypair()),
    key: sampleKeyFor(mainFactor.credential),
    manifestHash: sampleManifestHash(),
    blob: sampleBlob(id),
    ...overrides,
  })
}

/** The same backup after a sync. */
export function synced(backup: Backup, history = 1): Backup {
  return backup.withContent({
    base: backup.state.blob,
    from: backup.state.manifestHash,
    to: sampleManifestHash(),
    blob: sampleBlob(backup.id),
    history,
  })
}
