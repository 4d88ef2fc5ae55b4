import type { Attempt } from '../engine/attempt.ts'
import { MAX_BYTES } from '../limits.ts'
import {
  hadCountedOn,
  hadMovedOn,
  hadNothingToUndelete,
  lackedFactor,
  lackedObtainer,
  mayHaveExpired,
  stoodFirm,
  wasTaken,
  windowOf,
} from './grounds.ts'
import type { Invariant } from './violation.ts'
import type { Witness } from './witness.ts'

/** When a refusal is right, and which invariant is broken when it is not. */
export interface Reason {
  readonly invariant: Invariant
  readonly holds: (attempt: Attempt, witness: Witness) => boolean
}

/** How often a change is decided upon before it is given up. */
const DECISIONS = 8

const NO_FACTOR: Reason = { invariant: 1, holds: (attempt, { model }) => !stoodFirm(attempt, model) }
const EXPIRED: Reason = { invariant: 1, holds: (attempt, { now }) => mayHaveExpired(attempt, now) }
const KEY_POLICY: Reason = {
  invariant: 3,
  holds: ({ request: { intent } }) => 'key' in intent && intent.key !== undefined,
}

/** Of every code that a request of a simulation can call for. */
export const REASONS: ReadonlyMap<string, Reason> = new Map<string, Reason>([
  ['backup_untraceable', NO_FACTOR],
  ['backup_missing', NO_FACTOR],
  ['backup_does_not_exist', NO_FACTOR],
  ['backup_id_mismatch', NO_FACTOR],
  ['unauthorized_factor', NO_FACTOR],
  ['not_found', NO_FACTOR],
  ['jwt_error', EXPIRED],
  ['token_expired', EXPIRED],
  ['token_not_found', { invariant: 3, holds: (attempt, { model }) => lackedObtainer(attempt, model) }],
  ['encryption_key_not_allowed', KEY_POLICY],
  ['encryption_key_not_found', KEY_POLICY],
  ['factor_orphaned_from_encryption_key', KEY_POLICY],
  ['only_one_encryption_key_per_type_allowed', KEY_POLICY],
  ['empty_backup_file', { invariant: 1, holds: (attempt) => contentLength(attempt) === 0 }],
  ['content_too_large', { invariant: 1, holds: (attempt) => (contentLength(attempt) ?? 0) > MAX_BYTES }],
  // What the transport says of a body that broke off.
  ['multipart_error', { invariant: 1, holds: ({ disturbed }) => disturbed }],
  ['webauthn_error', { invariant: 1, holds: (attempt, { model }) => hadCountedOn(attempt, model) }],
  ['factor_already_exists', { invariant: 6, holds: (attempt, { model }) => wasTaken(attempt, model) }],
  ['nothing_to_undelete', { invariant: 8, holds: (attempt, { model }) => hadNothingToUndelete(attempt, model) }],
  ['factor_not_found', { invariant: 3, holds: (attempt, { model }) => lackedFactor(attempt, model) }],
  ['manifest_hash_mismatch', { invariant: 5, holds: (attempt, { model }) => hadMovedOn(attempt, model) }],
  [
    'backup_account_id_already_exists',
    {
      invariant: 6,
      holds: (attempt, { model }) =>
        model.keptDuring(attempt.request.target, windowOf(attempt)).some((state) => state !== undefined),
    },
  ],
  [
    'already_used',
    {
      invariant: 4,
      holds: (attempt, { usedProofs }) => {
        const { proofs } = attempt.request
        const isUsed = proofs.some((proof) => (usedProofs.get(proof) ?? attempt) !== attempt)
        return isUsed || new Set(proofs).size < proofs.length
      },
    },
  ],
  [
    'conflict',
    {
      invariant: 5,
      holds: (attempt, { model }) => model.ids.some((id) => model.during(id, windowOf(attempt)).length > DECISIONS),
    },
  ],
])

function contentLength({ request: { intent } }: Attempt): number | undefined {
  return 'content' in intent ? intent.content.length : undefined
}
