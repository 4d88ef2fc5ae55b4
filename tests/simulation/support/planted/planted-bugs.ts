import type { BackupIndex } from '../../../../application/ports/backup-index.ts'
import type { InstancePorts } from '../assemble-instance.ts'
import type { Fault } from '../engine/faults.ts'
import type { Invariant } from '../model/violation.ts'
import type { Variant } from '../world.ts'
import {
  DeletingFirst,
  GuessingSealedBlobs,
  LitteringSealedBlobs,
  OneKeyForEachBackup,
  OverwritingBlobs,
} from './blob-bugs.ts'
import {
  DroppingRowsAtOnce,
  ForgettingRemovals,
  KeepingDeleters,
  OverlookingDeletions,
  RemovingContentAtOnce,
} from './deletion-bugs.ts'
import {
  BelievingRefusals,
  CachingIndex,
  ConsumingApart,
  ForgettingNonces,
  IgnoringRevisions,
  LeakingErrors,
  LeavingRowsBehind,
  RenamingCommits,
} from './index-bugs.ts'
import { HastySweep, HistoryBlindSweep, IdleSweep, SweepWithoutGrace } from './sweep-bugs.ts'

export interface PlantedBug {
  readonly name: string
  /** What it breaks. */
  readonly invariant: Invariant
  readonly variant: Variant
  /** The fault that shows it, where among all the others it would be rare; any of them where absent. */
  readonly shownBy?: Fault
}

export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: 'a blob that is overwritten before the pointer moves',
    invariant: 1,
    variant: {
      ports: (ports) => ({ ...ports, blobs: new OneKeyForEachBackup(ports.blobs) }),
      blobs: (shipped) => new OverwritingBlobs(shipped),
    },
  },
  {
    name: 'a proof that is consumed outside the commit',
    invariant: 4,
    variant: withIndex(({ index }) => new ConsumingApart(index)),
  },
  {
    name: 'lookup rows that a deletion leaves behind',
    invariant: 2,
    variant: { index: (shipped) => new LeavingRowsBehind(shipped) },
  },
  {
    name: 'a revision that is not checked',
    invariant: 5,
    variant: { index: (shipped) => new IgnoringRevisions(shipped) },
  },
  {
    name: 'an unknown outcome that is guessed to be a failure',
    invariant: 1,
    variant: { sealedBlobs: (ports) => new GuessingSealedBlobs(ports) },
  },
  {
    name: 'an old blob that is deleted before the commit',
    invariant: 1,
    variant: withIndex(({ index, blobs }) => new DeletingFirst(index, blobs)),
  },
  {
    name: 'a commit that is repeated under another id',
    invariant: 3,
    variant: withIndex(({ index, random }) => new RenamingCommits(index, random)),
  },
  {
    name: 'a refusal that is believed though an unanswered call may still arrive',
    invariant: 3,
    variant: withIndex(({ index }) => new BelievingRefusals(index)),
    shownBy: 'late',
  },
  {
    name: 'a nonce that is not consumed',
    invariant: 4,
    variant: withIndex(({ index }) => new ForgettingNonces(index)),
  },
  {
    name: 'a cache in front of reads that decide',
    invariant: 1,
    variant: withIndex(({ index, clock }) => new CachingIndex(index, clock)),
  },
  {
    name: 'a refused upload that leaves its blob',
    invariant: 6,
    variant: { sealedBlobs: (ports) => new LitteringSealedBlobs(ports) },
  },
  {
    name: 'a sweeper without patience',
    invariant: 1,
    variant: { sweepBlobs: (ports) => new HastySweep(ports) },
    shownBy: 'hang-before',
  },
  {
    name: 'a sweeper that removes what is pointed to',
    invariant: 1,
    variant: { sweepBlobs: (ports) => new HistoryBlindSweep(ports) },
  },
  {
    name: 'a sweeper that leaves what nothing points to',
    invariant: 6,
    variant: { sweepBlobs: (ports) => new IdleSweep(ports) },
  },
  {
    name: 'an error of a vendor that is not translated',
    invariant: 7,
    variant: withIndex(({ index }) => new LeakingErrors(index)),
  },
  {
    name: 'a sweeper that does not wait until a deletion is final',
    invariant: 8,
    variant: { sweepBlobs: (ports) => new SweepWithoutGrace(ports) },
  },
  {
    name: 'an undeletion that keeps the sync factor that deleted',
    invariant: 8,
    variant: withIndex(({ index }) => new KeepingDeleters(index)),
  },
  {
    name: 'an undeletion that forgets what was removed',
    invariant: 8,
    variant: withIndex(({ index }) => new ForgettingRemovals(index)),
  },
  {
    name: 'a removal that drops the row of its factor at once',
    invariant: 2,
    variant: { index: (shipped) => new DroppingRowsAtOnce(shipped) },
  },
  {
    name: 'a deleted backup that is seen as long as it is kept',
    invariant: 3,
    variant: withIndex(({ index }) => new OverlookingDeletions(index)),
  },
  {
    name: 'a deletion that removes the content at once',
    invariant: 1,
    variant: withIndex(({ index, blobs }) => new RemovingContentAtOnce(index, blobs)),
  },
]

function withIndex(wrap: (ports: InstancePorts) => BackupIndex): Variant {
  return { ports: (ports) => ({ ...ports, index: wrap(ports) }) }
}
