import process from 'node:process'
import { NodeRandom } from '../../adapters/crypto/node-random.ts'
import { PinoEventLog } from '../../adapters/logging/pino-event-log.ts'
import { SystemClock } from '../../adapters/system/system-clock.ts'
import { SweepRefused, type SweepBlobs, type SweepSummary } from '../../application/use-cases/sweep-blobs.ts'
import { readConfiguration, type Configuration } from '../configuration.ts'
import { createDrySweep, createSweep } from '../create-sweep.ts'
import { openFilledStores, openStoresAsTheyStand } from '../open-stores.ts'
import { runJob } from '../run-job.ts'

const USAGE = `npm run sweep [-- --dry-run]: removes the sealed bytes that no backup points to, and what was deleted and can be
undone no more. May run beside the service.
  --dry-run   only tells what would be removed, and changes nothing
  --even-all  removes even where the index points to none of the blobs. Without it such a sweep is refused, since the
              index may be lost, or not be the one of these blobs`
const PROGRESS_EVERY = 1000
const WHAT_TO_CHECK = `Check that DATA_DIR, or DYNAMODB_TABLE and BACKUP_S3_BUCKET, belong together and that the index was not
lost: npm run verify tells how many backups it has. If it is right, and these are leftovers, sweep with --even-all`

interface OpenSweep {
  readonly sweepBlobs: SweepBlobs
  readonly close: () => Promise<void>
}

await runJob({
  usage: USAGE,
  flags: ['dry-run', 'even-all'],
  done: 'swept',
  run: async (variables, flags) => {
    const dryRun = flags.has('dry-run')
    const configuration = readConfiguration(variables)
    const { sweepBlobs, close } = await openSweep(configuration, dryRun)
    try {
      const summary = await sweepBlobs.execute({
        grace: configuration.sweepGrace,
        evenAll: flags.has('even-all'),
        onProgress: (soFar) => {
          if (soFar.seen % PROGRESS_EVERY === 0) tell('so far', soFar, dryRun)
        },
      })
      tell('done', summary, dryRun)
      return summary.failed > 0 ? 1 : 0
    } catch (error) {
      if (!(error instanceof SweepRefused)) throw error
      process.stderr.write(`nothing was removed: ${error.message}. ${WHAT_TO_CHECK}\n`)
      return 1
    } finally {
      await close()
    }
  },
})

async function openSweep({ storage, logLevel, logFormat }: Configuration, dryRun: boolean): Promise<OpenSweep> {
  const [clock, random, log] = [new SystemClock(), new NodeRandom(), new PinoEventLog(logLevel, logFormat)]
  if (dryRun) {
    const stores = await openStoresAsTheyStand(storage, clock, random)
    return { sweepBlobs: createDrySweep(stores, clock, log), close: () => stores.close() }
  }
  const stores = await openFilledStores(storage, clock, random)
  return { sweepBlobs: createSweep(stores, clock, random, log), close: () => stores.close() }
}

function tell(when: string, { seen, removed, failed }: SweepSummary, dryRun: boolean): void {
  const unreferenced = `${removed} unreferenced${dryRun ? '' : ' and removed'}`
  process.stdout.write(`${when}: ${seen} blobs seen, ${unreferenced}, ${failed} failed\n`)
}
