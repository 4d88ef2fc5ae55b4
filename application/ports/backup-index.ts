import type { Backup } from '../../domain/backup.ts'
import type { BackupId } from '../../domain/backup-id.ts'
import type { FactorReference } from '../../domain/factor.ts'

/** A backup as it stood when it was read. */
export interface StoredBackup {
  readonly backup: Backup
  /** The id of the commit that wrote this state. Never repeats, not even after deletion and re-creation. */
  readonly revision: string
}

/** Something that works once: a challenge, a sync factor token, an OIDC nonce; or a mere name for one commit. */
export interface Consumption {
  /**
   * `challenge#{uuid}`, `sync-factor-token#{uuid}`, `oidc-nonce#{hex}`, or `final-deletion#{uuid}` where nobody's proof
   * is used up; at most 200 characters.
   */
  readonly key: string
  /** Seconds since the epoch. Until then a second consumption is refused; after it the row may be forgotten. */
  readonly expiresAt: number
}

/** At least one: by them a commit that is repeated is recognised. */
export type Consumptions = readonly [Consumption, ...Consumption[]]

/** What a commit does to a backup, beside consuming what authorised it. */
export type BackupChange =
  | { readonly kind: 'create'; readonly after: Backup }
  | { readonly kind: 'replace'; readonly before: StoredBackup; readonly after: Backup }
  | { readonly kind: 'delete'; readonly before: StoredBackup }

export interface Commit {
  /** A UUID of this attempt to change something; becomes the revision of what it writes. */
  readonly id: string
  /** Seconds since the epoch; decides which consumptions have expired. */
  readonly at: number
  /** No key twice. */
  readonly consume: Consumptions
  readonly change?: BackupChange
}

/**
 * What became of a commit. Anything but `committed` means that nothing at all happened:
 * - `backup-exists`: the id to create is taken;
 * - `stale`: the backup is no longer at the revision that the change starts from;
 * - `factor-taken`: a factor that the change adds belongs to another backup in that scope;
 * - `already-consumed`: one of the consumptions was made before, by another commit.
 * If several apply the first in this order is told.
 */
export type CommitOutcome = 'committed' | 'backup-exists' | 'stale' | 'factor-taken' | 'already-consumed'

/** What `list` finds. Texts are as they are stored: whoever lists looks for damage. */
export type ListedEntry = ListedBackup | ListedFactorRow

export interface ListedBackup {
  readonly kind: 'backup'
  readonly id: string
}

/** What `findByFactor` goes by. */
export interface ListedFactorRow {
  readonly kind: 'factor-row'
  /** `{scope}#{SHA-256 in hex}`: of all rows this one's alone, and tells nothing of the credential. */
  readonly name: string
  /** The backup that it led to when it was listed; empty if it was none. */
  readonly backupId: string
  /** Whether this is the row of the factor. */
  isOf(reference: FactorReference): boolean
  /** Where it leads by now; `undefined` when it is gone. @throws {StoreUnavailable} */
  owner(): Promise<string | undefined>
}

/**
 * All that is known about backups, except their sealed bytes. Reads are strongly consistent: they see every commit that
 * was acknowledged before they began.
 */
export interface BackupIndex {
  /**
   * Also by a factor that the backup can still get back, or of a backup that counts as deleted: both are reserved.
   * @throws {StoreUnavailable}
   */
  findByFactor(reference: FactorReference): Promise<BackupId | undefined>

  /** @throws {StoreUnavailable} */
  load(id: BackupId): Promise<StoredBackup | undefined>

  /**
   * The one commit point: the backup, the factor rows that follow from it and the consumptions, all or none, durable
   * once this resolves. Committing the same commit again, same id and content, gives `committed` again and does
   * nothing, at any time before its consumptions expire: so an unknown outcome is settled by repeating the call.
   * @throws {StoreUnavailable} the outcome is unknown
   */
  commit(commit: Commit): Promise<CommitOutcome>

  /**
   * Every backup and every factor row that is there all the while, in no particular order; what comes or goes meanwhile
   * may be among them. Reads page by page and locks nothing, but reads it all: for operators only, never for a request.
   * @throws {StoreUnavailable}
   */
  list(): AsyncIterable<ListedEntry>

  /** Resolves when the store answers and is set up as needed. @throws {StoreUnavailable} saying what is wrong */
  checkReadiness(): Promise<void>
}
