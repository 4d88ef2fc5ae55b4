import { existsSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { NodeRandom } from '../../adapters/crypto/node-random.ts'
import { SystemClock } from '../../adapters/system/system-clock.ts'
import { StoreUnavailable } from '../../application/ports/store-unavailable.ts'
import { VerifyBackups, type VerifySummary } from '../../application/use-cases/verify-backups.ts'
import type { StorageConfiguration } from '../configuration.ts'
import { openStoresAsTheyStand } from '../open-stores.ts'
import { readConfigurationOrExit } from '../read-configuration-or-exit.ts'
import { readFlagsOrExit } from '../read-flags-or-exit.ts'
import { StartFault } from '../start-fault.ts'
import type { ReadableStores } from '../stores.ts'

const USAGE = `npm run verify: reads every backup and all its sealed bytes, and tells what is not as it should be. It
changes nothing and may run beside the service. Ends with 0 if nothing is wrong, with 1 otherwise.`
const PROGRESS_MILLISECONDS = 10_000
const EX_CONFIG = 78 // sysexits.h

readFlagsOrExit(USAGE, [])
const { storage } = readConfigurationOrExit()
requireSomethingStored(storage)
const clock = new SystemClock()
const stores = await openOrExit(storage)
try {
  let told = clock.now()
  const summary = await new VerifyBackups(stores.index, stores.blobs, clock).execute({
    onFault: (fault) => process.stdout.write(`wrong: ${fault}\n`),
    onProgress: (soFar) => {
      if (clock.now() - told < PROGRESS_MILLISECONDS) return
      told = clock.now()
      tell('so far', soFar)
    },
  })
  tell('done', summary)
  if (summary.faults > 0) process.exitCode = 1
} catch (error) {
  if (!(error instanceof StoreUnavailable)) throw error
  const reason = error.cause instanceof Error ? error.cause.message : error.message
  process.stderr.write(`given up, since not all could be listed: ${error.operation}: ${reason}\n`)
  process.exitCode = 1
} finally {
  await stores.close()
}

async function openOrExit(storage: StorageConfiguration): Promise<ReadableStores> {
  try {
    return await openStoresAsTheyStand(storage, clock, new NodeRandom())
  } catch (error) {
    if (!(error instanceof StartFault)) throw error
    process.stderr.write(`not verified: ${error.variable}: ${error.message}\n`)
    process.exit(error.exitCode)
  }
}

/** Opened by mistake, an empty folder would have nothing wrong with it. */
function requireSomethingStored(storage: StorageConfiguration): void {
  if (storage.kind === 'aws') return
  if (storage.kind === 'embedded' && existsSync(join(storage.folder, 'index.sqlite'))) return
  const where = storage.kind === 'memory' ? 'STORAGE=memory' : `DATA_DIR=${storage.folder}`
  process.stderr.write(`There is nothing to verify: nothing was ever stored with ${where}\n`)
  process.exit(EX_CONFIG)
}

function tell(when: string, { backups, factorRows, blobs, bytes, faults }: VerifySummary): void {
  const seen = `${backups} backups, ${factorRows} factor rows, ${blobs} blobs of ${bytes} bytes`
  process.stdout.write(`${when}: ${seen}; ${faults} wrong\n`)
}
