import { NodeRandom } from '../../adapters/crypto/node-random.ts'
import type { AnnouncedFactor } from '../../application/announced-factor.ts'
import type { ChallengeContext } from '../../application/challenge-context.ts'
import { CHALLENGE_LIFETIME, Challenges } from '../../application/challenges.ts'
import type { BackupId } from '../../domain/backup-id.ts'
import { factorId } from '../../domain/factor.ts'
import { ManualClock } from './manual-clock.ts'
import type { AnnouncedChallenges, ChallengeWithToken, MatrixClient } from './matrix-client.ts'
import type { CellChallengeType, Context } from './matrix-dimensions.ts'
import type { MatrixService } from './matrix-service.ts'

/** A new factor as it was announced, and as the service remembers that. */
export interface Announcement extends AnnouncedChallenges {
  readonly newFactor: AnnouncedFactor
}

/** What the challenges of a row are bound to, where they are bound to anything. */
export interface Bindings {
  readonly factorId: string
  readonly otherFactorId: string
  readonly accountId: BackupId
  readonly otherAccountId: BackupId
  readonly announcement: Announcement
  readonly otherAnnouncement: Announcement
}

const PASSKEY_CHALLENGES: readonly Context[] = ['create', 'retrieve', 'verify-factor', 'undelete']

/**
 * Challenges for every context and every type. Those that the service hands out come from it; the others, which nobody
 * can have, are sealed here with its key. Each is made once and kept: it goes through all requests that must refuse it.
 */
export class MatrixChallenges {
  readonly #client: MatrixClient
  readonly #sealed: Challenges
  readonly #sealedInThePast: Challenges
  readonly #kept = new Map<string, Promise<ChallengeWithToken>>()

  constructor({ client, sealer, clock }: Pick<MatrixService, 'client' | 'sealer' | 'clock'>) {
    this.#client = client
    const random = new NodeRandom()
    this.#sealed = new Challenges(sealer, clock, random)
    const past = new ManualClock(clock.now() - (CHALLENGE_LIFETIME + 1) * 1000)
    this.#sealedInThePast = new Challenges(sealer, past, random)
  }

  /** The one that is kept for this. */
  kept(context: Context, type: CellChallengeType, bindings: Bindings): Promise<ChallengeWithToken> {
    const key = JSON.stringify([type, contextOf(context, bindings)])
    const kept = this.#kept.get(key) ?? this.fresh(context, type, bindings)
    this.#kept.set(key, kept)
    return kept
  }

  /** One of one's own, except of an announcement, which has but one of each. */
  async fresh(context: Context, type: CellChallengeType, bindings: Bindings): Promise<ChallengeWithToken> {
    return (await this.#handedOut(context, type, bindings)) ?? this.#sealed.issue(type, contextOf(context, bindings))
  }

  expired(context: Context, type: CellChallengeType, bindings: Bindings): Promise<ChallengeWithToken> {
    return this.#sealedInThePast.issue(type, contextOf(context, bindings))
  }

  /** @returns `undefined` for a combination that no operation hands out */
  async #handedOut(
    context: Context,
    type: CellChallengeType,
    bindings: Bindings,
  ): Promise<ChallengeWithToken | undefined> {
    switch (context) {
      case 'add-factor':
        return type === 'any' ? bindings.announcement.existing : undefined
      case 'add-factor of another':
        return type === 'any' ? bindings.otherAnnouncement.existing : undefined
      case 'new side of add-factor':
        return type === typeOfNewSide(bindings.announcement) ? bindings.announcement.fresh : undefined
      case 'new side of add-factor of another':
        return type === typeOfNewSide(bindings.otherAnnouncement) ? bindings.otherAnnouncement.fresh : undefined
      default:
        if (type === 'passkey' && PASSKEY_CHALLENGES.includes(context)) return this.#client.passkeyChallenge(context)
        if (type !== 'keypair') return undefined
        return this.#client.keypairChallenge(context.replace(' of another', ''), parametersOf(context, bindings))
    }
  }
}

function typeOfNewSide({ newFactor }: Announcement): CellChallengeType {
  return newFactor.kind === 'PASSKEY' ? 'passkey' : 'keypair'
}

function parametersOf(context: Context, bindings: Bindings): object {
  const bound = contextOf(context, bindings)
  if (bound.operation === 'delete-factor') return { factorId: bound.factorId }
  return bound.operation === 'reset' ? { backupAccountId: bound.backupId } : {}
}

function contextOf(context: Context, bindings: Bindings): ChallengeContext {
  switch (context) {
    case 'delete-factor':
      return { operation: 'delete-factor', factorId: factorId(bindings.factorId) }
    case 'delete-factor of another':
      return { operation: 'delete-factor', factorId: factorId(bindings.otherFactorId) }
    case 'reset':
      return { operation: 'reset', backupId: bindings.accountId }
    case 'reset of another':
      return { operation: 'reset', backupId: bindings.otherAccountId }
    case 'add-factor':
      return { operation: 'add-factor', newFactor: bindings.announcement.newFactor }
    case 'add-factor of another':
      return { operation: 'add-factor', newFactor: bindings.otherAnnouncement.newFactor }
    case 'new side of add-factor':
      return { operation: 'add-factor-new-factor', newFactor: bindings.announcement.newFactor }
    case 'new side of add-factor of another':
      return { operation: 'add-factor-new-factor', newFactor: bindings.otherAnnouncement.newFactor }
    default:
      return { operation: context }
  }
}
