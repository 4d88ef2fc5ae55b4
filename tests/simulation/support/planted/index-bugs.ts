import type { BackupIndex, Commit, CommitOutcome, StoredBackup } from '../../../../application/ports/backup-index.ts'
import type { Clock } from '../../../../application/ports/clock.ts'
import type { Random } from '../../../../application/ports/random.ts'
import type { BackupId } from '../../../../domain/backup-id.ts'
import type { FactorReference } from '../../../../domain/factor.ts'
import { factorRowKey } from '../../../../adapters/shared/factor-rows.ts'
import { WrappedIndex } from './wrapped-index.ts'

/** Uses the proof up after the effect, in a commit of its own. */
export class ConsumingApart extends WrappedIndex {
  override async commit(commit: Commit): Promise<CommitOutcome> {
    const { id, at, consume, change } = commit
    if (change === undefined) return this.inner.commit(commit)
    const marker = { key: `challenge#${id}`, expiresAt: at + 3600 }
    const outcome = await this.inner.commit({ id, at, consume: [marker], change })
    if (outcome === 'committed') await this.inner.commit({ id: `${id}-proof`, at, consume })
    return outcome
  }
}

/** A store that forgets the rows of a backup that is deleted. */
export class LeavingRowsBehind extends WrappedIndex {
  readonly #left = new Map<string, BackupId>()

  override async findByFactor(reference: FactorReference): Promise<BackupId | undefined> {
    return (await this.inner.findByFactor(reference)) ?? this.#left.get(factorRowKey(reference))
  }

  override async commit(commit: Commit): Promise<CommitOutcome> {
    const outcome = await this.inner.commit(commit)
    if (outcome === 'committed' && commit.change?.kind === 'delete') {
      const { backup } = commit.change.before
      for (const row of backup.factorReferences()) this.#left.set(factorRowKey(row), backup.id)
    }
    return outcome
  }
}

/** A store that writes whatever it is given over whatever there is. */
export class IgnoringRevisions extends WrappedIndex {
  override async commit(commit: Commit): Promise<CommitOutcome> {
    const { change } = commit
    if (change?.kind !== 'replace') return this.inner.commit(commit)
    const current = await this.inner.load(change.after.id)
    const before = current === undefined ? change.before : { ...change.before, revision: current.revision }
    return this.inner.commit({ ...commit, change: { ...change, before } })
  }
}

/** Makes a new commit of each repetition. */
export class RenamingCommits extends WrappedIndex {
  readonly #random: Random

  constructor(inner: BackupIndex, random: Random) {
    super(inner)
    this.#random = random
  }

  override commit(commit: Commit): Promise<CommitOutcome> {
    return this.inner.commit({ ...commit, id: this.#random.uuid() })
  }
}

/** Lets an ID token be used again with every new challenge. */
export class ForgettingNonces extends WrappedIndex {
  override commit(commit: Commit): Promise<CommitOutcome> {
    const [challenge, ...rest] = commit.consume
    const remembered = rest.filter(({ key }) => !key.startsWith('oidc-nonce#'))
    return this.inner.commit({ ...commit, consume: [challenge, ...remembered] })
  }
}

/** Remembers what it read for a while. */
export class CachingIndex extends WrappedIndex {
  readonly #clock: Clock
  readonly #cache = new Map<BackupId, { readonly stored: StoredBackup | undefined; readonly until: number }>()

  constructor(inner: BackupIndex, clock: Clock) {
    super(inner)
    this.#clock = clock
  }

  override async load(id: BackupId): Promise<StoredBackup | undefined> {
    const known = this.#cache.get(id)
    if (known !== undefined && known.until > this.#clock.now()) return known.stored
    const stored = await this.inner.load(id)
    this.#cache.set(id, { stored, until: this.#clock.now() + 100 })
    return stored
  }
}

/** Lets an error of its vendor through. */
export class LeakingErrors extends WrappedIndex {
  override async load(id: BackupId): Promise<StoredBackup | undefined> {
    try {
      return await this.inner.load(id)
    } catch (cause) {
      throw new TypeError('fetch failed', { cause })
    }
  }
}

/** Repeats what was not answered by itself, and believes the refusal of the repetition. */
export class BelievingRefusals extends WrappedIndex {
  override async commit(commit: Commit): Promise<CommitOutcome> {
    try {
      return await this.inner.commit(commit)
    } catch {
      return this.inner.commit(commit)
    }
  }
}
