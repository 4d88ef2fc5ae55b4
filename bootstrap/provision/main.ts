import process from 'node:process'
import { SystemClock } from '../../adapters/system/system-clock.ts'
import { StoreUnavailable } from '../../application/ports/store-unavailable.ts'
import { runJob } from '../run-job.ts'
import { StartFault } from '../start-fault.ts'
import { provision, readProvision, type Provision } from './provision.ts'

const USAGE = `npm run provision: makes the table DYNAMODB_TABLE and, if it is set, the bucket BACKUP_S3_BUCKET. Leaves what is there
already, so it may be repeated.`

await runJob({
  usage: USAGE,
  flags: [],
  done: 'provisioned',
  run: async (variables) => {
    await make(readProvision(variables))
    return 0
  },
})

async function make(wanted: Provision): Promise<void> {
  try {
    const note = (line: string): boolean => process.stdout.write(`${line}\n`)
    await provision(wanted, { note, clock: new SystemClock() })
  } catch (error) {
    // The SDK's messages say what is wrong; its stack traces do not.
    throw error instanceof StartFault ? error : new StoreUnavailable('AWS', { cause: error })
  }
}
