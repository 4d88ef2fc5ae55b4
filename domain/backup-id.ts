import type { Brand } from './brand.ts'
import { DomainError } from './domain-error.ts'
import { normalizeHex } from './hex.ts'

/**
 * `backup_account_` and 33 bytes in lower-case hex: a compressed secp256k1 public key (SEC 1 §2.3.3) that the client
 * derives from its own seed. Whether it is a point on the curve matters, and is checked, only where it signs.
 */
export type BackupId = Brand<string, 'BackupId'>

const PREFIX = 'backup_account_'
const BACKUP_ID = /^backup_account_[0-9a-f]{66}$/

/** Whether it is one already, to the letter. */
export function isBackupId(text: string): text is BackupId {
  return BACKUP_ID.test(text)
}

/** @throws {DomainError} `invalid_payload` */
export function parseBackupId(input: string): BackupId {
  const hex = input.startsWith(PREFIX) ? normalizeHex(input.slice(PREFIX.length), 33) : undefined
  if (hex !== undefined) return `${PREFIX}${hex}` as BackupId
  throw new DomainError('invalid_payload', `a backup account id is ${PREFIX} and 33 bytes in hex`)
}

/** The account's own public key: 33 bytes in lower-case hex. */
export function accountPublicKey(id: BackupId): string {
  return id.slice(PREFIX.length)
}
