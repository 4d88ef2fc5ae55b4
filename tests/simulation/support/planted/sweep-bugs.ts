import { Committer } from '../../../../application/committer.ts'
import { FinalDeletions } from '../../../../application/final-deletions.ts'
import type { StoredBackup } from '../../../../application/ports/backup-index.ts'
import { SweepBlobs, type SweepOptions, type SweepSummary } from '../../../../application/use-cases/sweep-blobs.ts'
import { Backup } from '../../../../domain/backup.ts'
import type { BackupId } from '../../../../domain/backup-id.ts'
import type { InstancePorts } from '../assemble-instance.ts'
import { WrappedIndex } from './wrapped-index.ts'

const YEAR = 365 * 24 * 3600 * 1000 // milliseconds

class Sweep extends SweepBlobs {
  /** @param deadline what time it is when it looks whether a deletion is final */
  constructor({ index, blobs, clock, random, log }: InstancePorts, deadline = clock) {
    const finalDeletions = new FinalDeletions(new Committer(index, clock, random), deadline, random, log)
    super(index, blobs, clock, log, { blobs, finalDeletions })
  }
}

/** Sweeps what has only just been stored. */
export class HastySweep extends Sweep {
  override execute(options: SweepOptions): Promise<SweepSummary> {
    return super.execute({ ...options, grace: -options.grace })
  }
}

/** Takes every deletion for final. */
export class SweepWithoutGrace extends Sweep {
  constructor(ports: InstancePorts) {
    super(ports, { now: () => ports.clock.now() + YEAR, sleep: (milliseconds) => ports.clock.sleep(milliseconds) })
  }
}

/** Tells what it would remove, and leaves it. */
export class IdleSweep extends SweepBlobs {
  constructor({ index, blobs, clock, log }: InstancePorts) {
    super(index, blobs, clock, log)
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
