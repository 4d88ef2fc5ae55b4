import type { ChallengeType } from '../../../../application/challenge.ts'
import type { ChallengeContext } from '../../../../application/challenge-context.ts'
import type { IssuedChallenge } from '../../../../application/challenges.ts'
import type { NewFactor } from '../../../../application/use-cases/announce-factor.ts'
import type { BackupId } from '../../../../domain/backup-id.ts'
import type { FactorReference } from '../../../../domain/factor.ts'
import { parseManifestHash, type ManifestHash } from '../../../../domain/manifest-hash.ts'
import type { SimulatedApplication } from '../assemble-instance.ts'
import type { Xoshiro128 } from '../engine/xoshiro128.ts'
import { MAX_BYTES } from '../limits.ts'
import type { Model } from '../model/model.ts'
import { holds, type ModelBackup, type ModelFactor } from '../model/model-backup.ts'
import type { ChallengeDrawer, HeldChallenge } from './challenge-drawer.ts'
import type { CredentialHolder, KeypairHolder } from './credential-holders.ts'
import type { Person, Population } from './population.ts'

/** A right to add a sync factor, as a retrieval handed it out. */
export interface SyncFactorToken {
  readonly token: string
  readonly id: BackupId
  readonly incarnation: number
  /** Of the main factor that obtained it. */
  readonly mainFactorId: string
  readonly issuedAt: number
}

export interface DeskParts {
  readonly model: Model
  readonly population: Population
  /** Who hands out the challenges. */
  readonly application: SimulatedApplication
  /** Every token that any client ever got. */
  readonly tokens: readonly SyncFactorToken[]
  readonly drawer: ChallengeDrawer
  readonly random: Xoshiro128
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Whose backup it is about. */
  readonly person: Person
  /** Makes no request that could be refused, as long as nobody else does anything. */
  readonly careful?: boolean
  /** The credential to be used wherever the request needs a main factor. */
  readonly main?: CredentialHolder | undefined
  /** The same for a sync factor. */
  readonly device?: KeypairHolder | undefined
}

/** Manifest hashes are the clients' own, so nothing keeps them from coming back to an old one. */
const HASHES: readonly ManifestHash[] = ['1', '2', '3', '4', '5'].map((digit) =>
  parseManifestHash(digit.padStart(64, '0')),
)

/** Where a client writes a request: mostly one that is right by what is known at that time, at times any. */
export class Desk {
  readonly population: Population
  readonly tokens: readonly SyncFactorToken[]
  readonly random: Xoshiro128
  readonly now: number
  readonly person: Person
  /** The person's backup. */
  readonly backup: ModelBackup | undefined
  /** The same, or what is kept of it while it is deleted. */
  readonly kept: ModelBackup | undefined
  readonly #parts: DeskParts

  constructor(parts: DeskParts) {
    this.population = parts.population
    this.tokens = parts.tokens
    this.random = parts.random
    this.now = parts.now
    this.person = parts.person
    this.backup = parts.model.current(parts.person.id)
    this.kept = parts.model.kept(parts.person.id)
    this.#parts = parts
  }

  /** Whether to do something that is probably refused. */
  isCareless(probability: number): boolean {
    return this.random.chance(probability) && this.#parts.careful !== true
  }

  /** A fresh challenge, or one that somebody answered before. */
  async challenge(type: ChallengeType, context: ChallengeContext): Promise<HeldChallenge> {
    const purpose = `${type} ${JSON.stringify(context)}`
    const old = this.isCareless(0.04) ? this.#parts.drawer.find(purpose, this.random) : undefined
    return old ?? this.#keep(purpose, await this.#parts.application.challenges.issue(type, context))
  }

  /** Both challenges; for a keypair the new factor's may be of an earlier announcement of the same one. */
  async announce(factor: NewFactor): Promise<readonly [existing: HeldChallenge, fresh: HeldChallenge]> {
    const announced = await this.#parts.application.announceFactor.execute(factor)
    const existing = this.#keep('add-factor', announced.forExistingFactor)
    const purpose = `add-factor-new-factor ${factor.kind === 'EC_KEYPAIR' ? factor.publicKey : existing.token}`
    const old = this.isCareless(0.04) ? this.#parts.drawer.find(purpose, this.random) : undefined
    return [existing, old ?? this.#keep(purpose, announced.forNewFactor)]
  }

  /** A main factor of the backup, or anybody's. */
  mainFactor(): CredentialHolder {
    return this.#mainFactor(this.isCareless(0.05))
  }

  /** The same of what is deleted, and of those that were removed. */
  undeletingFactor(): CredentialHolder {
    return this.#mainFactor(this.random.chance(0.5))
  }

  /** A sync factor of the backup, or anybody's device. */
  syncFactor(): KeypairHolder {
    const { random, kept, population } = this
    if (this.#parts.device !== undefined) return this.#parts.device
    const references = [...this.#removed('SYNC', this.isCareless(0.05)), ...(kept?.syncFactors ?? [])].map(
      ({ credential }) => credential,
    )
    const own = population.devices.filter(({ reference }) => references.includes(reference))
    return own.length === 0 || this.isCareless(0.05) ? random.pick(population.devices) : random.pick(own)
  }

  newMainFactor(holders = this.person.mains): CredentialHolder {
    return this.#parts.main ?? this.#unused('MAIN', holders)
  }

  newSyncFactor(holders = this.person.devices): KeypairHolder {
    return this.#parts.device ?? this.#unused('SYNC', holders)
  }

  hash(): ManifestHash {
    return this.random.pick(HASHES)
  }

  /** Never the same twice, and at times of a size that is not allowed. */
  content(): Uint8Array {
    if (this.isCareless(0.02)) return new Uint8Array(0)
    return this.random.bytes(this.isCareless(0.02) ? MAX_BYTES + 1 : 8 + this.random.below(MAX_BYTES - 7))
  }

  #mainFactor(orRemoved: boolean): CredentialHolder {
    const { random, kept, population } = this
    if (this.#parts.main !== undefined) return this.#parts.main
    if (kept === undefined || this.isCareless(0.05)) return random.pick(population.mains)
    return population.holder(random.pick([...this.#removed('MAIN', orRemoved), ...kept.mainFactors]).credential)
  }

  #removed(scope: FactorReference['scope'], wanted: boolean): readonly ModelFactor[] {
    const removed = wanted ? (this.kept?.removed ?? []) : []
    return removed.filter((removal) => removal.scope === scope).map(({ factor }) => factor)
  }

  /** A credential that is free in that scope, if there is one, or was removed from the backup; at times any. */
  #unused<Holder extends CredentialHolder>(scope: FactorReference['scope'], holders: readonly Holder[]): Holder {
    const { model } = this.#parts
    const free = holders.filter(({ reference: credential }) => {
      const reserver = model.reserver({ scope, credential })
      return reserver === undefined || (reserver.id === this.person.id && !holds(reserver, { scope, credential }))
    })
    return this.random.pick(free.length === 0 || this.isCareless(0.1) ? holders : free)
  }

  #keep(purpose: string, issued: IssuedChallenge): HeldChallenge {
    return this.#parts.drawer.keep(purpose, issued, this.now)
  }
}
