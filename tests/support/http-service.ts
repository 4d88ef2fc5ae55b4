import { rmSync } from 'node:fs'
import { readConfiguration } from '../../bootstrap/configuration.ts'
import { startService } from '../../bootstrap/service.ts'
import type { Clock } from '../../application/ports/clock.ts'
import type { EventLog } from '../../application/ports/event-log.ts'
import { embeddedBlobs, provideStorage, type BlobInspection } from './chosen-storage.ts'
import { HttpClient } from './http-client.ts'
import { RecordingEventLog, type RecordedEvent } from './recording-event-log.ts'
import { makeTemporaryFolder } from './temporary-folder.ts'

export const REVISION = '0123abc'

export interface ServiceOptions {
  /** Environment variables, over those that every test wants. */
  readonly variables?: Readonly<Record<string, string>>
  /** Kept in memory where absent. */
  readonly log?: EventLog
  readonly clock?: Clock
}

/** The whole service on a port of its own. */
export interface RunningService {
  readonly url: string
  /** Unless it has none. */
  readonly metricsUrl: string | undefined
  readonly http: HttpClient
  /** What it logged, unless it has another log. */
  readonly events: readonly RecordedEvent[]
  /** Where `STORAGE=embedded` keeps everything; unless the variables name another, gone after the stop. */
  readonly folder: string
  /** What it keeps there, or in the storage that was chosen instead. */
  readonly blobs: BlobInspection
  stop(): Promise<void>
}

export async function startTestService({ variables = {}, log, clock }: ServiceOptions = {}): Promise<RunningService> {
  const folder = await makeTemporaryFolder()
  const recording = new RecordingEventLog()
  try {
    const provided = await provideStorage(variables)
    const configuration = readConfiguration({
      STORAGE: 'memory',
      DATA_DIR: folder.path,
      PORT: '0',
      METRICS_PORT: 'off',
      RATE_LIMIT_PER_MINUTE: 'off',
      RATE_LIMIT_PER_BACKUP_PER_MINUTE: 'off',
      MAX_EVENT_LOOP_LAG_MS: 'off',
      LOG_LEVEL: 'silent',
      SHUTDOWN_GRACE_MS: '0',
      REVISION,
      ...variables,
      ...provided?.variables,
    })
    const service = await startService(configuration, log ?? recording, clock)
    return {
      url: service.url,
      metricsUrl: service.metricsUrl,
      http: new HttpClient(service.url),
      events: recording.events,
      folder: variables.DATA_DIR ?? folder.path,
      blobs: provided?.blobs ?? embeddedBlobs(variables.DATA_DIR ?? folder.path),
      stop: async () => {
        await service.stop()
        await folder.remove()
      },
    }
  } catch (error) {
    await folder.remove()
    throw error
  }
}

/** A service for the tests of the surrounding `describe`. */
export function useService(options: ServiceOptions = {}): () => RunningService {
  let service: RunningService | undefined
  before(async () => {
    service = await startTestService(options)
  })
  after(() => service?.stop())
  return () => running(service)
}

const SHARED = {
  memory: {},
  embedded: { STORAGE: 'embedded' },
  /** Where it was chosen; see `chooseStorage`. */
  aws: {},
  /** Takes no backup of more than {@link SMALL_BACKUP_BYTES}. */
  small: { MAX_BACKUP_BYTES: '1000' },
} as const
export const SMALL_BACKUP_BYTES = Number(SHARED.small.MAX_BACKUP_BYTES)

const shared = new Map<keyof typeof SHARED, Promise<RunningService>>()
const sharedFolders = new Set<string>()
// In the suite of suites, as every specification comes to import this file. Where files run in parallel, a worker takes
// one after the other and would stop the services behind the first: there they end with it.
if (process.env.MOCHA_WORKER_ID === undefined) {
  after(async () => {
    for (const service of shared.values()) await (await service).stop()
  })
} else {
  process.once('exit', () => {
    for (const folder of sharedFolders) rmSync(folder, { recursive: true, force: true })
  })
}

/** One service of a kind, for all tests that leave nothing behind that others would mind. */
export function useSharedService(kind: keyof typeof SHARED = 'memory'): () => RunningService {
  let service: RunningService | undefined
  before(async () => {
    const starting = shared.get(kind) ?? startTestService({ variables: SHARED[kind] })
    shared.set(kind, starting)
    service = await starting
    sharedFolders.add(service.folder)
  })
  return () => running(service)
}

function running(service: RunningService | undefined): RunningService {
  if (service === undefined) throw new Error('the service is there once the tests run')
  return service
}
