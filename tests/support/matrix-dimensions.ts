import type { FactorKind, ProofFault } from './matrix-holders.ts'

/** Where in the contract a factor proves itself; two operations want two factors. */
export const FACTOR_POSITIONS = [
  'create',
  'create, as sync factor',
  'retrieve',
  'verify-factor',
  'add-sync-factor',
  'add-factor, as existing factor',
  'add-factor, as new factor',
  'sync',
  'retrieve-metadata',
  'delete-factor',
  'delete-backup',
  'undelete',
] as const
export type FactorPosition = (typeof FACTOR_POSITIONS)[number]

/**
 * Where a credential is registered, seen from the backup that the request is about: `here`; in a backup of its own
 * (`elsewhere`); not at all; or here until it was `removed`, which can still be undone.
 */
export type Place = 'here' | 'elsewhere' | 'nowhere' | 'removed'

export interface Standing {
  readonly main: Place
  readonly sync: Place
}

/**
 * Everything that a challenge can be issued for. `… of another` stands for the same operation bound to another factor,
 * account or announcement than the request's.
 */
export const CONTEXTS = [
  'create',
  'retrieve',
  'verify-factor',
  'add-sync-factor',
  'sync',
  'retrieve-metadata',
  'delete-backup',
  'undelete',
  'delete-factor',
  'delete-factor of another',
  'reset',
  'reset of another',
  'add-factor',
  'add-factor of another',
  'new side of add-factor',
  'new side of add-factor of another',
] as const
export type Context = (typeof CONTEXTS)[number]

export const CHALLENGE_TYPES = ['keypair', 'passkey', 'any'] as const
export type CellChallengeType = (typeof CHALLENGE_TYPES)[number]

/** What is sent as challenge token: the one of the challenge, or something else. */
export type TokenFault = 'garbage' | 'expired' | 'sync factor token' | 'used'

/** What is particular about the rest of the request, by position. */
export type Variant =
  | 'token: garbage'
  | 'token: a challenge token'
  | 'token: expired'
  | 'token: of a deleted backup'
  | 'token: of an earlier backup of the same id'
  | 'token: used'
  | 'announced: another kind'
  | 'announced: another of its kind'
  | 'new account: without turnkeyProviderId'
  | 'naming: this backup'
  | 'naming: another backup'
  | 'naming: no backup there is'
  | 'target: of another backup'
  | 'target: other scope'

/** One request, by what is particular about it. */
export interface Cell {
  readonly context: Context
  readonly type: CellChallengeType
  readonly token?: TokenFault
  readonly proof?: ProofFault
  readonly variant?: Variant
}

/** What all cells of a row have in common. */
export interface FactorRow {
  readonly position: FactorPosition
  readonly kind: FactorKind
  readonly standing: Standing
}

/** Who signs a reset, and of which account. */
export const RESET_SIGNERS = [
  'the account, which has a backup',
  'the account, which has no backup',
  'another account',
  'the main factor, an EC keypair',
  'the sync factor',
  'anyone, for an id that is no point of the curve',
] as const
export type ResetSigner = (typeof RESET_SIGNERS)[number]

export function describeCell({ context, type, token, proof, variant }: Cell): string {
  const faults = [
    ...(token === undefined ? [] : [`token ${token}`]),
    ...(proof === undefined ? [] : [`proof ${proof}`]),
    ...(variant === undefined ? [] : [variant]),
  ]
  return [`challenge for ${context}, to be answered by ${type}`, ...faults].join(', ')
}

export function describeStanding({ main, sync }: Standing): string {
  const places = [...(main === 'nowhere' ? [] : [`MAIN ${main}`]), ...(sync === 'nowhere' ? [] : [`SYNC ${sync}`])]
  return places.length === 0 ? 'registered nowhere' : `registered ${places.join(' and ')}`
}
