import process from 'node:process'
import { NodeRandom } from '../../adapters/crypto/node-random.ts'
import { PinoEventLog } from '../../adapters/logging/pino-event-log.ts'
import { SystemClock } from '../../adapters/system/system-clock.ts'
import type { SweepSummary } from '../../application/use-cases/sweep-blobs.ts'
import { createSweep } from '../create-sweep.ts'
import { readConfigurationOrExit } from '../read-configuration-or-exit.ts'
import { readFlagsOrExit } from '../read-flags-or-exit.ts'
import { openStores } from '../open-stores.ts'

const USAGE = `npm run sweep [-- --dry-run]: removes the sealed bytes that no backup points to, and what was deleted and can be
undone no more. May run beside the service.
  --dry-run  only tells what would be removed`
const PROGRESS_EVERY = 1000

const dryRun = readFlagsOrExit(USAGE, ['dry-run']).has('dry-run')
const configuration = readConfigurationOrExit()
const clock = new SystemClock()
const log = new PinoEventLog(configuration.logLevel, configuration.logFormat)
const random = new NodeRandom()
const stores = await openStores(configuration.storage, clock, random)
try {
  const summary = await createSweep(stores, clock, random, log).execute({
    grace: configuration.sweepGrace,
    dryRun,
    onProgress: (soFar) => {
      if (soFar.seen % PROGRESS_EVERY === 0) tell('so far', soFar)
    },
  })
  tell('done', summary)
  if (summary.failed > 0) process.exitCode = 1
} finally {
  await stores.close()
}

function tell(when: string, { seen, removed, failed }: SweepSummary): void {
  const unreferenced = `${removed} unreferenced${dryRun ? '' : ' and removed'}`
  process.stdout.write(`${when}: ${seen} blobs seen, ${unreferenced}, ${failed} failed\n`)
}
