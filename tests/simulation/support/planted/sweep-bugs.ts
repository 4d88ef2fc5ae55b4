import { Committer } from '../../../../application/committer.ts'
import { FinalDeletions } from '../../../../application/final-deletions.ts'
import type { StoredBackup } from '../../../../application/ports/backup-index.ts'
import { SweepBlobs, type SweepOptions, type SweepSummary } from '../../../../application/use-cases/sweep-blobs.ts'
import { Backup } from '../../../../domain/backup.ts'
import type { BackupId } from '../../../../domain/backup-id.ts'
import type { InstancePorts } from '../assemble-instance.ts'
import { WrappedIndex } from './wrapped-index.ts'

class Sweep extends SweepBlobs {
  constructor({ index, blobs, clock, random, log }: InstancePorts) {
    const finalDeletions = new FinalDeletions(new Committer(index, clock, random), clock, random, log)
    super(index, blobs, clock, log, finalDeletions)
  }
}

/** Sweeps what has only just been stored. */
export class HastySweep extends Sweep {
  override execute(options: SweepOptions): Promise<SweepSummary> {
    return super.execute({ ...options, grace: -options.grace })
  }
}

/** Tells what it would remove, and leaves it. */
export class IdleSweep extends Sweep {
  override execute(options: SweepOptions): Promise<SweepSummary> {
    return super.execute({ ...options, dryRun: true })
  }
}

/** Knows of one blob for each backup, and sweeps the others that are pointed to. */
export class HistoryBlindSweep extends Sweep {
  constructor(ports: InstancePorts) {
    super({ ...ports, index: new WithoutHistory(ports.index) })
  }
}

class WithoutHistory extends WrappedIndex {
  override async load(id: BackupId): Promise<StoredBackup | undefined> {
    const stored = await super.load(id)
    return stored && { ...stored, backup: Backup.restore({ ...stored.backup.state, supersededBlobs: [] }) }
  }
}
