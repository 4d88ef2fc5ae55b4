import type { BackupIndex } from '../../application/ports/backup-index.ts'
import { describeConsumptions } from './backup-index-consumptions.contract.ts'
import { describeDeletions } from './backup-index-deletions.contract.ts'
import { describeFactorRows } from './backup-index-factor-rows.contract.ts'
import { describeListing } from './backup-index-listing.contract.ts'
import { describeRaces } from './backup-index-races.contract.ts'
import { describeRefusals } from './backup-index-refusals.contract.ts'
import { describeRepetition } from './backup-index-repetition.contract.ts'
import { describeRoundTrips } from './backup-index-round-trips.contract.ts'

/** An index and how to let go of it. It may hold other backups: every test brings its own. */
export interface OpenBackupIndex {
  readonly index: BackupIndex
  readonly close: () => Promise<void>
}

/** @param open called once; the whole suite runs on what it gives */
export function describeBackupIndex(adapter: string, open: () => Promise<OpenBackupIndex>): void {
  describe(`BackupIndex contract: ${adapter}`, () => {
    let opened: OpenBackupIndex | undefined

    before(async () => {
      opened = await open()
    })
    after(async () => opened?.close())

    const index = (): BackupIndex => {
      if (opened === undefined) throw new Error('the index was not opened')
      return opened.index
    }

    it('is ready', async () => {
      await index().checkReadiness()
    })

    describeRoundTrips(index)
    describeFactorRows(index)
    describeListing(index)
    describeDeletions(index)
    describeRefusals(index)
    describeRepetition(index)
    describeConsumptions(index)
    describeRaces(index)
  })
}
