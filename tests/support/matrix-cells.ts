import {
  CHALLENGE_TYPES,
  CONTEXTS,
  FACTOR_POSITIONS,
  RESET_SIGNERS,
  type Cell,
  type FactorPosition,
  type FactorRow,
  type ResetSigner,
  type Standing,
  type Variant,
} from './matrix-dimensions.ts'
import type { FactorKind } from './matrix-holders.ts'
import { RIGHT_RESET_CHALLENGE, rightChallenge } from './matrix-oracle.ts'

const KINDS: readonly FactorKind[] = ['PASSKEY', 'OIDC_ACCOUNT', 'EC_KEYPAIR']

const NOWHERE: Standing = { main: 'nowhere', sync: 'nowhere' }
const MAIN_HERE: Standing = { main: 'here', sync: 'nowhere' }
const MAIN_ELSEWHERE: Standing = { main: 'elsewhere', sync: 'nowhere' }
const SYNC_HERE: Standing = { main: 'nowhere', sync: 'here' }
const SYNC_ELSEWHERE: Standing = { main: 'nowhere', sync: 'elsewhere' }
const BOTH_MAIN_HERE: Standing = { main: 'here', sync: 'elsewhere' }
const BOTH_SYNC_HERE: Standing = { main: 'elsewhere', sync: 'here' }
const MAIN_REMOVED: Standing = { main: 'removed', sync: 'nowhere' }
const SYNC_REMOVED: Standing = { main: 'nowhere', sync: 'removed' }
/** In two other backups. */
const BOTH_ELSEWHERE: Standing = { main: 'elsewhere', sync: 'elsewhere' }

const REMOVED = [MAIN_REMOVED, SYNC_REMOVED]
const ALL = [NOWHERE, MAIN_HERE, MAIN_ELSEWHERE, SYNC_HERE, SYNC_ELSEWHERE, BOTH_MAIN_HERE, BOTH_SYNC_HERE, ...REMOVED]
/**
 * Where the backup is found by the factor, it is `here`, wherever that is. That a removed one finds it no more is told by
 * tests/differential and by what answers reveal.
 */
const FOUND = [NOWHERE, MAIN_HERE, SYNC_HERE, BOTH_MAIN_HERE]
/** Where there is no backup yet, all there are are elsewhere. */
const NEW = [NOWHERE, MAIN_ELSEWHERE, SYNC_ELSEWHERE, BOTH_ELSEWHERE, ...REMOVED]

const STANDINGS: Readonly<Record<FactorPosition, readonly Standing[]>> = {
  create: NEW,
  'create, as sync factor': NEW,
  retrieve: FOUND,
  'verify-factor': FOUND,
  'add-sync-factor': ALL,
  'add-factor, as existing factor': FOUND,
  'add-factor, as new factor': ALL,
  sync: FOUND,
  'retrieve-metadata': [...FOUND, BOTH_SYNC_HERE],
  'delete-factor': [...FOUND, BOTH_SYNC_HERE],
  'delete-backup': FOUND,
  undelete: [...FOUND, ...REMOVED],
}

const VARIANTS: Readonly<Partial<Record<FactorPosition, readonly Variant[]>>> = {
  create: ['new account: without turnkeyProviderId'],
  'add-sync-factor': [
    'token: garbage',
    'token: a challenge token',
    'token: expired',
    'token: of a deleted backup',
    'token: of an earlier backup of the same id',
    'token: used',
  ],
  'add-factor, as existing factor': ['new account: without turnkeyProviderId'],
  'add-factor, as new factor': [
    'announced: another kind',
    'announced: another of its kind',
    'new account: without turnkeyProviderId',
  ],
  'retrieve-metadata': ['naming: this backup', 'naming: another backup', 'naming: no backup there is'],
  'delete-factor': ['target: of another backup', 'target: other scope'],
}

/** Where a challenge can be used while what it is bound to stays. */
const REUSABLE: readonly FactorPosition[] = [
  'create',
  'create, as sync factor',
  'retrieve',
  'verify-factor',
  'add-sync-factor',
  'sync',
  'retrieve-metadata',
  'delete-backup',
  'undelete',
]

/** Every position × every kind of factor × wherever such a credential can be registered. */
export const FACTOR_ROWS: readonly FactorRow[] = FACTOR_POSITIONS.flatMap((position) =>
  KINDS.flatMap((kind) =>
    STANDINGS[position]
      // Only EC keypairs become sync factors: other kinds are refused wherever they try to, see their rows.
      .filter(({ sync }) => kind === 'EC_KEYPAIR' || sync === 'nowhere')
      .map((standing) => ({ position, kind, standing })),
  ),
)

/** Every context × every type, then what tells the order of the checks. */
export function cellsOf({ position, kind }: FactorRow): readonly Cell[] {
  const right = rightChallenge(position, kind)
  const { type: wrongType, context: wrongContext } = wrongChallenge(right)
  const variants = (VARIANTS[position] ?? []).filter((variant) => tells(variant, position, kind))
  return [
    ...gridAndFaults(right),
    ...(REUSABLE.includes(position) ? [{ ...right, token: 'used' } as const] : []),
    ...(kind === 'PASSKEY' ? [{ ...right, proof: 'other ceremony' } as const] : []),
    // The new side of add-factor takes no ID token but the one that was announced.
    ...(kind === 'OIDC_ACCOUNT' && position !== 'add-factor, as new factor'
      ? [{ ...right, proof: 'used nonce' } as const]
      : []),
    ...variants.map((variant) => ({ ...right, variant })),
    ...variants.map((variant) => ({ ...right, variant, proof: 'broken' }) as const),
    ...variants.map((variant) => ({ ...right, variant, token: 'garbage' }) as const),
    ...variants.map((variant) => ({ ...right, variant, type: wrongType })),
    ...variants.map((variant) => ({ ...right, variant, context: wrongContext })),
  ]
}

/** What an account lacks, other kinds do not: of them it tells something only where the account is the other factor. */
function tells(variant: Variant, position: FactorPosition, kind: FactorKind): boolean {
  if (variant !== 'new account: without turnkeyProviderId') return true
  return kind === 'OIDC_ACCOUNT' || position === 'add-factor, as existing factor'
}

export function resetCellsOf(signer: ResetSigner): readonly Cell[] {
  const used =
    signer === 'the account, which has a backup' ? [{ ...RIGHT_RESET_CHALLENGE, token: 'used' } as const] : []
  return [...gridAndFaults(RIGHT_RESET_CHALLENGE), ...used]
}

function wrongChallenge({ context, type }: Pick<Cell, 'context' | 'type'>): Pick<Cell, 'context' | 'type'> {
  return {
    context: context === 'retrieve' ? 'verify-factor' : 'retrieve',
    type: type === 'keypair' ? 'passkey' : 'keypair',
  }
}

function gridAndFaults(right: Pick<Cell, 'context' | 'type'>): readonly Cell[] {
  const { context: wrongContext } = wrongChallenge(right)
  return [
    ...CONTEXTS.flatMap((context) => CHALLENGE_TYPES.map((type) => ({ context, type }))),
    { ...right, proof: 'broken' },
    { ...right, context: wrongContext, proof: 'broken' },
    ...CHALLENGE_TYPES.filter((type) => type !== right.type).map(
      (type) => ({ ...right, type, proof: 'broken' }) as const,
    ),
    { ...right, token: 'garbage' },
    { ...right, token: 'garbage', proof: 'broken' },
    { ...right, token: 'expired' },
    { ...right, token: 'sync factor token' },
  ]
}

export const CELL_COUNT =
  FACTOR_ROWS.reduce((sum, row) => sum + cellsOf(row).length, 0) +
  RESET_SIGNERS.reduce((sum, signer) => sum + resetCellsOf(signer).length, 0)
