import { ApplicationHarness } from '../../support/application-harness.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import type { ApplicationLimits } from './assemble-application.ts'
import { InterleavedBackupIndex } from './interleaved-backup-index.ts'
import { InterleavedBlobStore } from './interleaved-blob-store.ts'

export type InterleavedHarness = ApplicationHarness<InterleavedBackupIndex, InterleavedBlobStore>

/** The use cases on stores whose timing and faults a test decides. */
export function openHarness(limits?: Partial<ApplicationLimits>): InterleavedHarness {
  const clock = new ManualClock()
  return new ApplicationHarness(
    { index: new InterleavedBackupIndex(), blobs: new InterleavedBlobStore(clock), clock },
    limits,
  )
}
