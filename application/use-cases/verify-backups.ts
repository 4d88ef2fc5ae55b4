import { parseBackupId } from '../../domain/backup-id.ts'
import { backupIdOf, type BlobKey } from '../../domain/blob-key.ts'
import { backupFaults } from '../../domain/backup-faults.ts'
import type { Backup } from '../../domain/backup.ts'
import { credentialReference } from '../../domain/credential.ts'
import type { FactorReference } from '../../domain/factor.ts'
import type { SealedBlob } from '../../domain/sealed-blob.ts'
import { forEachAtOnce } from '../for-each-at-once.ts'
import type { BackupIndex, ListedBackup, ListedFactorRow, StoredBackup } from '../ports/backup-index.ts'
import type { BlobStore } from '../ports/blob-store.ts'
import type { Clock } from '../ports/clock.ts'
import { StoreUnavailable } from '../ports/store-unavailable.ts'

export interface VerifyOptions {
  /** Told of each thing that is wrong as it is found: one line, of ids and counts only. */
  readonly onFault: (fault: string) => void
  /** Told after each backup and each factor row; the summary so far. */
  readonly onProgress?: (summary: VerifySummary) => void
}

export interface VerifySummary {
  readonly backups: number
  readonly factorRows: number
  /** That backups point to, superseded ones included. */
  readonly blobs: number
  /** Of those blobs, as they were stored. */
  readonly bytes: number
  /** Blobs that no backup points to: leftovers, which are the sweep's, and uploads under way. No fault. */
  readonly unreferenced: number
  readonly faults: number
}

/** What one look at a backup, or at a row that leads to it, showed. */
interface Look {
  /** As it was then. */
  readonly stored: StoredBackup | undefined
  readonly faults: readonly string[]
}

/** What to look for in a backup as it stands; without one, in its absence. */
type LookFor = (stored: StoredBackup | undefined) => Promise<readonly string[]>

/** Most of the time goes into waiting for a store. */
const AT_ONCE = 8
/** A fault counts once it was seen so often: a store that fails for a moment has lost nothing. */
const LOOKS = 3
/** A backup may change with every look at it; by then it has for 20 seconds. */
const MAX_LOOKS = 20
/** The first; each later one is longer by as much. */
const PAUSE_MILLISECONDS = 100

/**
 * Goes through everything that is stored and tells what is not as it should be; changes nothing. Safe beside running
 * instances: what changes while it is looked at is looked at again, so each fault is one of a state that there was.
 */
export class VerifyBackups {
  readonly #index: Pick<BackupIndex, 'findByFactor' | 'load' | 'list'>
  readonly #blobs: Pick<BlobStore, 'open' | 'list'>
  readonly #clock: Pick<Clock, 'sleep'>

  constructor(
    index: Pick<BackupIndex, 'findByFactor' | 'load' | 'list'>,
    blobs: Pick<BlobStore, 'open' | 'list'>,
    clock: Pick<Clock, 'sleep'>,
  ) {
    this.#index = index
    this.#blobs = blobs
    this.#clock = clock
  }

  /** @throws {StoreUnavailable} when the blobs or the index cannot be listed */
  async execute({ onFault, onProgress }: VerifyOptions): Promise<VerifySummary> {
    let summary: VerifySummary = { backups: 0, factorRows: 0, blobs: 0, bytes: 0, unreferenced: 0, faults: 0 }
    // First: where the blobs cannot be reached, an index without backups would have nothing wrong with it.
    await forEachAtOnce(this.#blobs.list(), AT_ONCE, async ({ key }) => {
      if (!(await this.#mayBePointedTo(key))) summary = { ...summary, unreferenced: summary.unreferenced + 1 }
    })
    await forEachAtOnce(this.#index.list(), AT_ONCE, async (entry) => {
      const { stored, faults } = await (entry.kind === 'backup' ? this.#backup(entry) : this.#factorRow(entry))
      const blobs = entry.kind === 'backup' && stored !== undefined ? stored.backup.blobs() : []
      summary = {
        ...summary,
        backups: summary.backups + (entry.kind === 'backup' ? 1 : 0),
        factorRows: summary.factorRows + (entry.kind === 'factor-row' ? 1 : 0),
        blobs: summary.blobs + blobs.length,
        bytes: blobs.reduce((bytes, { size }) => bytes + size, summary.bytes),
        faults: summary.faults + faults.length,
      }
      for (const fault of faults) onFault(fault)
      onProgress?.(summary)
    })
    return summary
  }

  async #mayBePointedTo(key: BlobKey): Promise<boolean> {
    try {
      const stored = await this.#index.load(backupIdOf(key))
      return stored?.backup.blobs().some((blob) => blob.key === key) ?? false
    } catch {
      // What is wrong with the backup is told where it is listed.
      return true
    }
  }

  async #backup({ id }: ListedBackup): Promise<Look> {
    const { stored, faults } = await this.#whileItStands(id, async (found) => {
      // One that is gone by now was deleted.
      if (found === undefined) return []
      const { backup } = found
      return [...backupFaults(backup), ...(await this.#rowFaults(backup)), ...(await this.#blobFaults(backup))]
    })
    return { stored, faults: faults.map((fault) => `backup ${id}: ${fault}`) }
  }

  async #factorRow(row: ListedFactorRow): Promise<Look> {
    const { stored, faults } = await this.#whileItStands(row.backupId, async (found) => {
      if (found?.backup.factorReferences().some((reference) => row.isOf(reference))) return []
      // One that is gone by now, or leads elsewhere, was of a factor that was removed.
      if ((await row.owner()) !== row.backupId) return []
      const lacking = found === undefined ? 'which does not exist' : 'which has no such factor'
      return [`it leads to backup ${row.backupId}, ${lacking}`]
    })
    return { stored, faults: faults.map((fault) => `factor row ${row.name}: ${fault}`) }
  }

  /** Looks again and again until nothing is wrong, or something was each time while the backup stayed as it was. */
  async #whileItStands(id: string, lookFor: LookFor): Promise<Look> {
    let looks = 0
    for (let attempt = 1; attempt <= MAX_LOOKS; attempt += 1) {
      const look = await this.#look(id, lookFor)
      if (look.faults.length === 0) return look
      looks = look.stored?.revision === (await this.#revision(id)) ? looks + 1 : 0
      if (looks === LOOKS) return look
      await this.#clock.sleep(attempt * PAUSE_MILLISECONDS)
    }
    return { stored: undefined, faults: ['it changes all the time, so it could not be looked at'] }
  }

  async #look(id: string, lookFor: LookFor): Promise<Look> {
    let stored: StoredBackup | undefined
    try {
      stored = await this.#load(id)
      return { stored, faults: await lookFor(stored) }
    } catch (error) {
      return { stored, faults: [`it cannot be read: ${reasonOf(error)}`] }
    }
  }

  async #revision(id: string): Promise<string | undefined> {
    try {
      return (await this.#load(id))?.revision
    } catch {
      return undefined
    }
  }

  async #load(id: string): Promise<StoredBackup | undefined> {
    const parsed = parseBackupId(id)
    if (parsed !== id) throw new Error('its id is not as ids are written')
    return this.#index.load(parsed)
  }

  async #rowFaults(backup: Backup): Promise<readonly string[]> {
    const faults = backup.factorReferences().map(async (reference) => {
      const owner = await this.#index.findByFactor(reference)
      if (owner === backup.id) return []
      const leads = owner === undefined ? 'is missing' : `leads to backup ${owner}`
      return [`the row of its ${factorName(backup, reference)} ${leads}`]
    })
    return (await Promise.all(faults)).flat()
  }

  async #blobFaults(backup: Backup): Promise<readonly string[]> {
    const faults: string[] = []
    for (const blob of backup.blobs()) {
      const fault = await this.#blobFault(blob)
      if (fault !== undefined) faults.push(`blob ${blob.key} ${fault}`)
    }
    return faults
  }

  /** Read to its end, since only there the store knows the SHA-256. */
  async #blobFault(blob: SealedBlob): Promise<string | undefined> {
    try {
      const opened = await this.#blobs.open(blob)
      if (opened === undefined) return 'is missing'
      let size = 0
      for await (const chunk of opened.body) size += chunk.byteLength
      return size === blob.size ? undefined : `has ${size} bytes, not ${blob.size}`
    } catch (error) {
      return `cannot be read: ${reasonOf(error)}`
    }
  }
}

function factorName({ state }: Backup, { scope, credential }: FactorReference): string {
  const removed = state.removedFactors.filter((gone) => gone.scope === scope).map(({ factor }) => factor)
  const factors = [...(scope === 'MAIN' ? state.mainFactors : state.syncFactors), ...removed]
  const factor = factors.find((candidate) => credentialReference(candidate.credential) === credential)
  return `${scope} factor ${factor?.id ?? 'of no id'}`
}

/** What a store said, which never quotes what it keeps. */
function reasonOf(error: unknown): string {
  const reason = error instanceof StoreUnavailable && error.cause !== undefined ? error.cause : error
  return (reason instanceof Error ? reason.message : 'unknown').replaceAll(/\s+/g, ' ')
}
