import process from 'node:process'
import { NodeRandom } from '../../adapters/crypto/node-random.ts'
import { SystemClock } from '../../adapters/system/system-clock.ts'
import { VerifyBackups, type VerifySummary } from '../../application/use-cases/verify-backups.ts'
import { readConfiguration } from '../configuration.ts'
import { openStoresAsTheyStand } from '../open-stores.ts'
import { runJob } from '../run-job.ts'

const USAGE = `npm run verify: reads every backup and all its sealed bytes, and tells what is not as it should be. It
changes nothing and may run beside the service. Ends with 0 if nothing is wrong, with 1 otherwise.`
const PROGRESS_MILLISECONDS = 10_000

await runJob({
  usage: USAGE,
  flags: [],
  done: 'verified',
  run: async (variables) => {
    const { storage } = readConfiguration(variables)
    const clock = new SystemClock()
    const stores = await openStoresAsTheyStand(storage, clock, new NodeRandom())
    try {
      let told = clock.now()
      const integrityFaults = stores.integrityFaults()
      for (const fault of integrityFaults) process.stdout.write(`wrong: index: ${fault}\n`)
      const summary = await new VerifyBackups(stores.index, stores.blobs, clock).execute({
        onFault: (fault) => process.stdout.write(`wrong: ${fault}\n`),
        onProgress: (soFar) => {
          if (clock.now() - told < PROGRESS_MILLISECONDS) return
          told = clock.now()
          tell('so far', soFar)
        },
      })
      const faults = summary.faults + integrityFaults.length
      tell('done', { ...summary, faults })
      return faults > 0 ? 1 : 0
    } finally {
      await stores.close()
    }
  },
})

function tell(when: string, { backups, factorRows, blobs, bytes, faults, unreferenced }: VerifySummary): void {
  const seen = `${backups} backups, ${factorRows} factor rows, ${blobs} blobs of ${bytes} bytes`
  // No fault: uploads under way are among them, and the sweep takes away the rest.
  const besides = unreferenced === 0 ? '' : `; ${unreferenced} blobs that no backup points to`
  process.stdout.write(`${when}: ${seen}; ${faults} wrong${besides}\n`)
}
