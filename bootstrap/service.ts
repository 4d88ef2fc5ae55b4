import { readFile } from 'node:fs/promises'
import { NodeRandom } from '../adapters/crypto/node-random.ts'
import { createApp } from '../adapters/http/app.ts'
import { HttpServer } from '../adapters/http/server/http-server.ts'
import { loadOpenApiDocument } from '../adapters/http/contract/openapi-document.ts'
import { SystemClock } from '../adapters/system/system-clock.ts'
import type { Metrics } from '../adapters/shared/metrics.ts'
import type { Clock } from '../application/ports/clock.ts'
import type { EventLog } from '../application/ports/event-log.ts'
import type { SweepBlobs, SweepOptions, SweepSummary } from '../application/use-cases/sweep-blobs.ts'
import { attestationPolicy } from './attestation-policy.ts'
import type { Configuration } from './configuration.ts'
import { createContainer } from './container.ts'
import { createSweep } from './create-sweep.ts'
import { developmentKeyring } from './development-keyring.ts'
import { observe, type Observation } from './observation.ts'
import { openStores } from './open-stores.ts'
import { resolve } from './provide.ts'
import type { Stores } from './stores.ts'
import { scheduleSweeps } from './sweep-schedule.ts'
import { TOKENS } from './tokens.ts'

const PACKAGE = new URL('../package.json', import.meta.url)

/** The whole service while it runs. */
export interface Service {
  /** Where it listens. */
  readonly url: string
  /** Where Prometheus finds the metrics, if there are any. */
  readonly metricsUrl: string | undefined
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
  // Undone in reverse, at a stop or where the start fails: each of it, whatever becomes of the others.
  await using starting = new AsyncDisposableStack()
  const random = new NodeRandom()
  const observation = starting.adopt(await observe(configuration, log), (opened) => opened.stop())
  const stores = starting.adopt(await openStores(configuration.storage, clock, random), (opened) => opened.close())
  const { metrics, loadShedding } = observation
  const { limits } = configuration
  const container = createContainer({ configuration, keyring, stores, clock, random, log, metrics })
  const sealedBlobs = resolve(container, TOKENS.sealedBlobs)
  starting.defer(() => sealedBlobs.settle())
  const app = createApp(resolve(container, TOKENS.useCases), document, log, {
    identity: { semver, rev: configuration.revision },
    documented: configuration.appEnvironment !== 'production',
    maxBackupBytes: configuration.maxBackupBytes,
    maxUploadBytesInFlight: limits.maxUploadBytesInFlight,
    rateLimitPerMinute: limits.rateLimitPerMinute,
    loadShedding,
    metrics,
    requestTimeout: configuration.requestTimeout,
    attestation: attestationPolicy(configuration.attestation, clock, log),
    trustProxy: configuration.trustProxy,
  })
  starting.defer(sweepsOf(configuration, stores, createSweep(stores, clock, random, log), log, metrics))
  const { shutdownGrace } = configuration
  const server = starting.adopt(await HttpServer.listen(app, configuration), (opened) => opened.stop(shutdownGrace))
  const running = starting.move()
  return {
    url: urlOf(configuration, server.port),
    metricsUrl: metricsUrlOf(configuration, observation),
    stop: () => running.disposeAsync(),
  }
}

/** One machine sweeps for itself. Where many instances share the stores, one `npm run sweep` a day does it for all. */
function sweepsOf(
  { storage, sweepGrace }: Configuration,
  stores: Stores,
  sweepBlobs: SweepBlobs,
  log: EventLog,
  metrics: Metrics,
): () => Promise<void> {
  if (storage.kind !== 'embedded') return () => Promise.resolve()
  const sweep = {
    execute: async (options: SweepOptions): Promise<SweepSummary> => {
      await stores.removeAbandonedUploads()
      return sweepBlobs.execute(options)
    },
  }
  return scheduleSweeps(sweep, sweepGrace, log, metrics)
}

function urlOf({ host }: Configuration, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

function metricsUrlOf(configuration: Configuration, { port }: Observation): string | undefined {
  return port === undefined ? undefined : `${urlOf(configuration, port)}/metrics`
}

async function packageVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(PACKAGE, 'utf8')) as { version: string }
  return version
}
