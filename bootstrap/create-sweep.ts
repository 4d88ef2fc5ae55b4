import { Committer } from '../application/committer.ts'
import { FinalDeletions } from '../application/final-deletions.ts'
import type { Clock } from '../application/ports/clock.ts'
import type { EventLog } from '../application/ports/event-log.ts'
import type { Random } from '../application/ports/random.ts'
import { SweepBlobs } from '../application/use-cases/sweep-blobs.ts'
import type { ReadableStores, Stores } from './stores.ts'

/** What both the service and `npm run sweep` remove leftovers with. */
export function createSweep(
  { index, blobs }: Pick<Stores, 'index' | 'blobs'>,
  clock: Clock,
  random: Random,
  log: EventLog,
): SweepBlobs {
  const finalDeletions = new FinalDeletions(new Committer(index, clock, random), clock, random, log)
  return new SweepBlobs(index, blobs, clock, log, { blobs, finalDeletions })
}

/** Tells what such a sweep would remove, and has nothing to remove it with. */
export function createDrySweep({ index, blobs }: ReadableStores, clock: Clock, log: EventLog): SweepBlobs {
  return new SweepBlobs(index, blobs, clock, log)
}
