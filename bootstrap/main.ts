import { existsSync } from 'node:fs'
import process from 'node:process'
import { PinoEventLog } from '../adapters/logging/pino-event-log.ts'
import { ConfigurationError, readConfiguration, type Configuration } from './configuration.ts'
import { startService } from './service.ts'

const EX_CONFIG = 78 // sysexits.h

// What the service writes is nobody else's to read.
process.umask(0o077)

const configuration = configurationOrExit()
const log = new PinoEventLog(configuration.logLevel, configuration.logFormat)
const service = await startService(configuration, log)
log.info('listening', {
  url: service.url,
  environment: configuration.appEnvironment,
  storage: configuration.storage.kind,
})

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

function configurationOrExit(): Configuration {
  if (existsSync('.env')) process.loadEnvFile('.env')
  try {
    return readConfiguration(process.env)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(EX_CONFIG)
  }
}
