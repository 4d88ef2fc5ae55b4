import type {
  Cell,
  CellChallengeType,
  Context,
  FactorPosition,
  FactorRow,
  Place,
  ResetSigner,
} from './matrix-dimensions.ts'
import type { FactorKind } from './matrix-holders.ts'

// What the contract says of every request, written from its page and from nothing else: the table "Who may do what",
// the order of checks, and the codes. Knows nothing of the service's code.

/** What a position asks of a factor. */
interface Rule {
  /** Kinds other than EC keypairs are refused with it at once. */
  readonly otherKinds?: 'invalid_authorization_type' | 'invalid_sync_factor_type'
  readonly context: Context
  /** By kind where absent. */
  readonly type?: CellChallengeType
  /** A factor that is one in this scope, or one that is to become one. */
  readonly holds?: 'main' | 'sync'
  /** Holding it counts although it was removed. */
  readonly removedToo?: true
  readonly becomes?: 'main' | 'sync'
  /** Of a success; 200 where absent. */
  readonly status?: 204
}

const SYNC_FACTORS_ONLY = { otherKinds: 'invalid_authorization_type', holds: 'sync' } as const

const RULES: Readonly<Record<FactorPosition, Rule>> = {
  create: { context: 'create', becomes: 'main' },
  'create, as sync factor': { context: 'create', becomes: 'sync', otherKinds: 'invalid_sync_factor_type' },
  retrieve: { context: 'retrieve', holds: 'main' },
  'verify-factor': { context: 'verify-factor', holds: 'main' },
  'add-sync-factor': { context: 'add-sync-factor', becomes: 'sync', otherKinds: 'invalid_sync_factor_type' },
  'add-factor, as existing factor': { context: 'add-factor', type: 'any', holds: 'main' },
  'add-factor, as new factor': { context: 'new side of add-factor', becomes: 'main' },
  sync: { context: 'sync', ...SYNC_FACTORS_ONLY },
  'retrieve-metadata': { context: 'retrieve-metadata', ...SYNC_FACTORS_ONLY },
  'delete-factor': { context: 'delete-factor', ...SYNC_FACTORS_ONLY },
  'delete-backup': { context: 'delete-backup', status: 204, ...SYNC_FACTORS_ONLY },
  undelete: { context: 'undelete', holds: 'main', removedToo: true },
}

/** The challenge that a factor of this kind has to answer in this position. */
export function rightChallenge(position: FactorPosition, kind: FactorKind): Pick<Cell, 'context' | 'type'> {
  const { context, type, otherKinds } = RULES[position]
  return { context, type: type ?? (kind === 'PASSKEY' && otherKinds === undefined ? 'passkey' : 'keypair') }
}

/** @returns the status, and of a refusal its code */
export function expectedOutcome(row: FactorRow, cell: Cell): string {
  const rule = RULES[row.position]
  const code =
    refusedKind(rule, row) ??
    refusedChallenge(rightChallenge(row.position, row.kind), cell) ??
    refusedAnnouncement(row, cell) ??
    refusedProof(rule, row, cell) ??
    refusedPermission(cell) ??
    refusedLookup(rule, row, cell) ??
    refusedCreation(rule, row) ??
    refusedAccount(cell) ??
    refusedCredential(rule, row) ??
    refusedTarget(row, cell) ??
    refusedConsumption(cell)
  return code === undefined ? String(rule.status ?? 200) : `400 ${code}`
}

/** "authorization type for the operation". */
function refusedKind({ otherKinds }: Rule, { kind }: FactorRow): string | undefined {
  return kind === 'EC_KEYPAIR' ? undefined : otherKinds
}

/** "challenge token, challenge type, context". */
function refusedChallenge(right: Pick<Cell, 'context' | 'type'>, cell: Cell): string | undefined {
  if (cell.token !== undefined && cell.token !== 'used') return 'jwt_error'
  // Of a new factor the authorization type is the one that the existing factor was asked to agree to: so its token says.
  if (cell.variant === 'announced: another kind') return 'invalid_new_factor_type'
  if (cell.type !== right.type) return 'unexpected_challenge_type'
  return cell.context === right.context ? undefined : 'invalid_challenge_context'
}

/** "context" still: both challenges are of one announcement, and so is the new factor. */
function refusedAnnouncement({ kind }: FactorRow, { variant }: Cell): string | undefined {
  if (variant !== 'announced: another of its kind') return undefined
  return kind === 'OIDC_ACCOUNT' ? 'oidc_token_mismatch' : 'invalid_challenge_context'
}

/** "proof (of a passkey: after the lookup that finds its key)". */
function refusedProof(rule: Rule, { kind, standing }: FactorRow, { proof }: Cell): string | undefined {
  // What is no assertion at all names no credential to look up.
  if (proof === 'other ceremony' && kind === 'PASSKEY') return 'webauthn_invalid_payload'
  if (proof !== 'broken') return undefined
  if (kind !== 'PASSKEY') return 'signature_verification_error'
  return rule.holds === 'main' && foundBy(rule, standing.main) === undefined ? 'backup_untraceable' : 'webauthn_error'
}

/** The sync factor token that comes with a new sync factor. */
function refusedPermission({ variant }: Cell): string | undefined {
  switch (variant) {
    case 'token: garbage':
    case 'token: a challenge token':
      return 'token_not_found'
    case 'token: expired':
      return 'token_expired'
    case 'token: of a deleted backup':
    case 'token: of an earlier backup of the same id':
      return 'backup_missing'
    default:
      return undefined
  }
}

/** The backup that a factor at this place leads to. */
function foundBy({ removedToo }: Rule, place: Place): 'here' | 'elsewhere' | undefined {
  if (place === 'removed') return removedToo ? 'here' : undefined
  return place === 'nowhere' ? undefined : place
}

/** "factor lookup, factor in the backup". */
function refusedLookup(rule: Rule, { standing }: FactorRow, { variant }: Cell): string | undefined {
  if (rule.holds === undefined) return undefined
  const found = foundBy(rule, standing[rule.holds])
  switch (variant) {
    case 'naming: no backup there is':
      return 'backup_does_not_exist'
    case 'naming: this backup':
    case 'naming: another backup':
      if (found === undefined) return 'unauthorized_factor'
      return found === 'here' && variant === 'naming: this backup' ? undefined : 'backup_id_mismatch'
    default:
      return found === undefined ? 'backup_untraceable' : undefined
  }
}

/** Only a creation looks up what its factors lead to; elsewhere a credential that is taken is a matter of policy. */
function refusedCreation(rule: Rule, row: FactorRow): string | undefined {
  return row.position.startsWith('create') ? refusedCredential(rule, row) : undefined
}

/** The first of the policies: what a new account is called at Turnkey must be said. */
function refusedAccount({ variant }: Cell): string | undefined {
  return variant === 'new account: without turnkeyProviderId' ? 'missing_turnkey_provider_id' : undefined
}

/**
 * "one credential belongs to one backup per scope, service-wide; the same credential is never in both lists". A removed
 * one is reserved for as long as that can be undone, but for the backup it was removed from.
 */
function refusedCredential({ becomes }: Rule, { position, standing }: FactorRow): string | undefined {
  if (becomes === undefined) return undefined
  const free = position.startsWith('create') ? ['nowhere'] : ['nowhere', 'removed']
  const inTheOtherList = standing.main === 'here' || standing.sync === 'here'
  return !free.includes(standing[becomes]) || inTheOtherList ? 'factor_already_exists' : undefined
}

/** What is to be deleted must be in the backup that the factor leads to, in the scope that is said. */
function refusedTarget({ position, standing }: FactorRow, { variant }: Cell): string | undefined {
  if (position !== 'delete-factor') return undefined
  return variant === undefined && standing.sync === 'here' ? undefined : 'factor_not_found'
}

/** "A challenge, a sync factor token and an OIDC nonce each work once." */
function refusedConsumption({ token, proof, variant }: Cell): string | undefined {
  return token === 'used' || proof === 'used nonce' || variant === 'token: used' ? 'already_used' : undefined
}

export const RIGHT_RESET_CHALLENGE = { context: 'reset', type: 'keypair' } as const

/** The same for the operation that wants no factor, but the account's own key. */
export function expectedResetOutcome(signer: ResetSigner, cell: Cell): string {
  const code =
    refusedChallenge(RIGHT_RESET_CHALLENGE, cell) ??
    refusedSignature(signer, cell) ??
    (cell.token === 'used' ? 'already_used' : undefined)
  if (code !== undefined) return `400 ${code}`
  return signer === 'the account, which has no backup' ? '404 not_found' : '204'
}

function refusedSignature(signer: ResetSigner, { proof }: Cell): string | undefined {
  switch (signer) {
    case 'anyone, for an id that is no point of the curve':
      return 'invalid_backup_account_id'
    case 'the account, which has a backup':
    case 'the account, which has no backup':
      return proof === 'broken' ? 'invalid_signature' : undefined
    case 'another account':
    case 'the main factor, an EC keypair':
    case 'the sync factor':
      return 'invalid_signature'
  }
}
