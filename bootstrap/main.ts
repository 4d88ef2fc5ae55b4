import process from 'node:process'
import { PinoEventLog } from '../adapters/logging/pino-event-log.ts'
import { readConfigurationOrExit } from './read-configuration-or-exit.ts'
import { originsElsewhere } from './relying-party-configuration.ts'
import { startService, type Service } from './service.ts'
import { logStartFailure } from './start-fault.ts'

const configuration = readConfigurationOrExit()
const log = new PinoEventLog(configuration.logLevel, configuration.logFormat)
// Whoever read the log may go away: the service stays.
process.stdout.on('error', () => undefined)
try {
  for (const origin of originsElsewhere(configuration.relyingParty)) {
    log.warn('origin_outside_rp_id', { origin, relyingPartyId: configuration.relyingParty.relyingPartyId })
  }
  if (configuration.appEnvironment !== 'development' && configuration.storage.kind === 'memory') {
    log.warn('no_durable_storage', { variable: 'STORAGE', reason: 'every backup is gone when the process ends' })
  }
  const service = await startService(configuration, log)
  log.info('listening', {
    url: service.url,
    metrics: service.metricsUrl,
    environment: configuration.appEnvironment,
    storage: configuration.storage.kind,
  })
  stopOnSignal(service)
} catch (error) {
  process.exitCode = logStartFailure(error, log)
}

function stopOnSignal(service: Service): void {
  let stopping = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping) return
      stopping = true
      log.info('stopping', { signal })
      service.stop().then(
        () => {
          log.info('stopped', {})
        },
        (error: unknown) => {
          log.error('stop_failed', {}, error)
          process.exitCode = 1
        },
      )
    })
  }
}
