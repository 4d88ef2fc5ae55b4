import type { BackupId } from '../domain/backup-id.ts'
import type { FactorId } from '../domain/factor.ts'
import type { AnnouncedFactor } from './announced-factor.ts'

/** Operations whose context says no more than their name. */
export const UNBOUND_OPERATIONS = [
  'create',
  'retrieve',
  'verify-factor',
  'add-sync-factor',
  'sync',
  'retrieve-metadata',
  'delete-backup',
  'undelete',
] as const

/** The one thing a challenge may be used for. */
export type ChallengeContext =
  | { readonly operation: (typeof UNBOUND_OPERATIONS)[number] }
  | { readonly operation: 'delete-factor'; readonly factorId: FactorId }
  | { readonly operation: 'reset'; readonly backupId: BackupId }
  | { readonly operation: 'add-factor'; readonly newFactor: AnnouncedFactor }
  | { readonly operation: 'add-factor-new-factor'; readonly newFactor: AnnouncedFactor }

export type ChallengeOperation = ChallengeContext['operation']

/** The context of one operation. */
export type ContextOf<Operation extends ChallengeOperation> = ChallengeContext & { readonly operation: Operation }
