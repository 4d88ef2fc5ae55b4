import process from 'node:process'
import { ConfigurationError, readConfiguration, type Configuration } from './configuration.ts'
import { EX_CONFIG } from './exit-codes.ts'
import { readEnvironment } from './read-environment.ts'

/** The configuration of this process; where it has faults they are told and the process ends. */
export function readConfigurationOrExit(): Configuration {
  try {
    return readConfiguration(readEnvironment())
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(EX_CONFIG)
  }
}
