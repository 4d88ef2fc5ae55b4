import { readFile } from 'node:fs/promises'
import { NodeRandom } from '../adapters/crypto/node-random.ts'
import { createApp } from '../adapters/http/app.ts'
import { HttpServer } from '../adapters/http/http-server.ts'
import { loadOpenApiDocument } from '../adapters/http/openapi-document.ts'
import { SystemClock } from '../adapters/system/system-clock.ts'
import type { Clock } from '../application/ports/clock.ts'
import type { EventLog } from '../application/ports/event-log.ts'
import type { SweepBlobs } from '../application/use-cases/sweep-blobs.ts'
import { attestationPolicy } from './attestation-policy.ts'
import type { Configuration } from './configuration.ts'
import { createContainer } from './container.ts'
import { createSweep } from './create-sweep.ts'
import { developmentKeyring } from './development-keyring.ts'
import { openStores } from './open-stores.ts'
import { resolve } from './provide.ts'
import { scheduleSweeps } from './sweep-schedule.ts'
import { TOKENS } from './tokens.ts'

const PACKAGE = new URL('../package.json', import.meta.url)

/** The whole service while it runs. */
export interface Service {
  /** Where it listens. */
  readonly url: string
  /** Stops accepting, finishes what runs within the grace, then closes the stores. */
  stop(): Promise<void>
}

/** Opens the stores, puts everything together, and listens. */
export async function startService(
  configuration: Configuration,
  log: EventLog,
  clock: Clock = new SystemClock(),
): Promise<Service> {
  const [document, semver, keyring] = await Promise.all([
    loadOpenApiDocument(),
    packageVersion(),
    configuration.challengeKeys ?? developmentKeyring(configuration.dataFolder),
  ])
  const random = new NodeRandom()
  const stores = await openStores(configuration.storage, clock, random)
  try {
    const container = createContainer({ configuration, keyring, stores, clock, random, log })
    const app = createApp(resolve(container, TOKENS.useCases), document, log, {
      identity: { semver, rev: configuration.revision },
      documented: configuration.appEnvironment !== 'production',
      maxBackupBytes: configuration.maxBackupBytes,
      requestTimeout: configuration.requestTimeout,
      attestation: attestationPolicy(configuration.attestation, clock, log),
      trustProxy: configuration.trustProxy,
    })
    const server = await HttpServer.listen(app, configuration)
    const stopSweeps = sweepsOf(configuration, createSweep(stores, clock, random, log), log)
    const url = `http://${configuration.host.includes(':') ? `[${configuration.host}]` : configuration.host}:${server.port}`
    return {
      url,
      stop: async () => {
        await server.stop(configuration.shutdownGrace)
        await stopSweeps()
        await resolve(container, TOKENS.sealedBlobs).settle()
        await stores.close()
      },
    }
  } catch (error) {
    await stores.close()
    throw error
  }
}

/** One machine sweeps for itself. Where many instances share the stores, one `npm run sweep` a day does it for all. */
function sweepsOf({ storage, sweepGrace }: Configuration, sweepBlobs: SweepBlobs, log: EventLog): () => Promise<void> {
  if (storage.kind !== 'embedded') return () => Promise.resolve()
  return scheduleSweeps(sweepBlobs, sweepGrace, log)
}

async function packageVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(PACKAGE, 'utf8')) as { version: string }
  return version
}
