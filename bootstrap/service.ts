import { readFile } from 'node:fs/promises'
import { createApp } from '../adapters/http/app.ts'
import { HttpServer } from '../adapters/http/http-server.ts'
import { loadOpenApiDocument } from '../adapters/http/openapi-document.ts'
import { generateKeyringEntry, type Keyring } from '../adapters/jose/keyring.ts'
import { SystemClock } from '../adapters/system/system-clock.ts'
import type { Clock } from '../application/ports/clock.ts'
import type { EventLog } from '../application/ports/event-log.ts'
import { attestationPolicy } from './attestation-policy.ts'
import type { Configuration } from './configuration.ts'
import { createContainer } from './container.ts'
import { developmentKeyring } from './development-keyring.ts'
import { resolve } from './provide.ts'
import { openStores } from './stores.ts'
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
    keyringOf(configuration),
  ])
  const stores = await openStores(configuration.storage, clock)
  try {
    const container = createContainer({ configuration, keyring, stores, clock, log })
    const app = createApp(resolve(container, TOKENS.useCases), document, log, {
      identity: { semver, rev: configuration.revision },
      documented: configuration.appEnvironment !== 'production',
      maxBackupBytes: configuration.maxBackupBytes,
      requestTimeout: configuration.requestTimeout,
      attestation: attestationPolicy(configuration.attestation, clock, log),
      trustProxy: configuration.trustProxy,
    })
    const server = await HttpServer.listen(app, configuration)
    const url = `http://${configuration.host.includes(':') ? `[${configuration.host}]` : configuration.host}:${server.port}`
    return {
      url,
      stop: async () => {
        await server.stop(configuration.shutdownGrace)
        await resolve(container, TOKENS.sealedBlobs).settle()
        await stores.close()
      },
    }
  } catch (error) {
    await stores.close()
    throw error
  }
}

async function keyringOf({ challengeKeys, storage }: Configuration): Promise<Keyring> {
  if (challengeKeys !== undefined) return challengeKeys
  return storage.kind === 'embedded' ? developmentKeyring(storage.folder) : [generateKeyringEntry(new Date())]
}

async function packageVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(PACKAGE, 'utf8')) as { version: string }
  return version
}
