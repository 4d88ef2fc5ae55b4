import { createHash, randomBytes } from 'node:crypto'
import { openBytes, sealBytes } from './aes-gcm.ts'

/** What the user wants back: names and contents. */
export type Files = Readonly<Record<string, string>>

export interface SealedBackup {
  /** Goes to the service as the part `backup`. */
  readonly sealed: Uint8Array<ArrayBuffer>
  /** Names this state: what the next sync must start from. */
  readonly manifestHash: string
}

/** Inside the sealed bytes. */
interface Plaintext {
  readonly manifest: string
  readonly files: Files
}

/**
 * Seals under the key of the backup, bound to the id and the manifest hash: the service can't hand out these bytes as
 * those of another backup or of another state without the client noticing.
 */
export function sealBackup(files: Files, backupId: string, backupKey: Uint8Array): SealedBackup {
  const manifest = manifestOf(files)
  const manifestHash = sha256(manifest)
  const plaintext: Plaintext = { manifest, files }
  const sealed = sealBytes(Buffer.from(JSON.stringify(plaintext)), backupKey, boundTo(backupId, manifestHash))
  return { sealed, manifestHash }
}

/** @throws {Error} unless key, id and manifest hash are those of the sealing */
export function openBackup({ sealed, manifestHash }: SealedBackup, backupId: string, backupKey: Uint8Array): Files {
  const opened = openBytes(sealed, backupKey, boundTo(backupId, manifestHash))
  const { manifest, files } = JSON.parse(opened.toString()) as Plaintext
  if (sha256(manifest) !== manifestHash) throw new Error('the manifest is not the one of this state')
  return files
}

/** What there is, by hash. The service sees the hash of this text, and the salt keeps it from guessing at contents. */
function manifestOf(files: Files): string {
  const hashes = Object.fromEntries(Object.entries(files).map(([name, content]) => [name, sha256(content)]))
  return JSON.stringify({ salt: randomBytes(16).toString('hex'), files: hashes })
}

function boundTo(backupId: string, manifestHash: string): string {
  return `${backupId} ${manifestHash}`
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
